import { setImmediate as tick } from 'node:timers/promises'
import b4a from 'b4a'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import type { NoiseStream } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import { read, side } from '../../kit/side.js'
import { destroyed, inMemory, overTcp, overUdx, type Wire } from '../../kit/wires.js'
import { flat, usage } from '../kit/handles.js'
import { noteOffences } from '../kit/offences.js'
import { connected } from '../kit/open-peer.js'
import { handCarried, rawWire } from '../kit/raw-wire.js'
import { carriesOn, closed, joined, stage } from '../kit/stage.js'

const MB = 2 ** 20

/** The most that goes into one message of a secret-stream, on a channel that is not open: it is thrown away. */
const LARGEST = b4a.alloc(2 ** 24 - 1 - 17, b4a.from([1]))

/** Three bytes of length, and one of a frame of 16 MB that never comes. */
const ANNOUNCED = b4a.from([0xff, 0xff, 0xff, 1])

/** Without SLOWED, which is said of large frames that nobody asked for once they have taken a second. */
function codesOf(offences: ReturnType<typeof noteOffences>): (string | undefined)[] {
  return offences.map(({ err }) => err.code).filter((code) => code !== 'SLOWED')
}

test('a message of the handshake that is announced to be large ends the stream before memory is taken for it', async () => {
  const near = side()
  const offences = noteOffences(near.replicator)
  const [ours, , send] = await rawWire(false)
  near.replicator.replicate(ours)
  const gone = closed(ours)
  send(b4a.from([0x01, 0x10, 0, 1])) // 4097 bytes
  await gone
  expect(offences).toMatchObject([{ err: { code: 'HANDSHAKE_FAILED' }, stream: ours }])
  expect(offences[0]!.err.message).toContain('4097 bytes')
  expect((ours as unknown as { _message: unknown })._message).toBe(null)
})

test('a message of the handshake that comes whole and is too large ends the stream as well', async () => {
  const near = side()
  const offences = noteOffences(near.replicator)
  const [ours, , send] = await rawWire(false)
  near.replicator.replicate(ours)
  const gone = closed(ours)
  send(b4a.concat([b4a.from([0x01, 0x10, 0]), b4a.alloc(4097)]))
  await gone
  expect(offences.map(({ err }) => err.message)).toEqual([expect.stringContaining('4097 bytes')])
})

test('50 streams that announce 16 MB and send nothing more hold no more than the limit', async () => {
  const near = side()
  const honest = await joined(near)
  await carriesOn(near, honest)
  const before = await usage()
  const offences = noteOffences(near.replicator)
  const wires = await Promise.all(Array.from({ length: 50 }, () => rawWire(true)))
  for (const [ours, , send] of wires) {
    near.replicator.replicate(ours)
    send(ANNOUNCED)
    await tick()
  }
  await Promise.all(offences.map(({ stream }) => closed(stream!.noiseStream)))
  const open = wires.filter(([ours]) => !ours.destroyed)
  expect(open).toHaveLength(16) // × 16 MB is 256 MB
  expect(offences.map(({ err }) => err.code)).toEqual(Array(34).fill('TOO_MANY_BYTES'))
  expect(new Set(offences.map(({ stream }) => stream)).size).toBe(34)
  await carriesOn(near, honest)
  await Promise.all(wires.flatMap(([ours, theirs]) => [destroyed(ours), destroyed(theirs)]))
  await flat(before)
})

test('a block of 16 MB on its slow way survives 49 streams that announce as much and send a byte now and then', async () => {
  const near = side()
  const honest = side()
  const offences = noteOffences(near.replicator)
  const link = slowLink()
  const [ours, theirs] = link.wire
  near.replicator.replicate(ours)
  honest.replicator.replicate(theirs)
  const core = await honest.source.get({ blocks: ['a'] })
  const copy = await near.source.get({ key: core.key! })
  expect(await read(copy)).toBe('a')
  await core.append([b4a.alloc(15 * MB, 'x') as never])
  link.hold()
  const block = copy.get(1)
  await link.come(3 * MB)

  const attackers = await Promise.all(Array.from({ length: 49 }, () => rawWire(true)))
  for (const [stream, , send] of attackers) {
    near.replicator.replicate(stream)
    send(ANNOUNCED)
    await tick()
  }
  for (let i = 0; i < 5; i++) {
    await link.come(MB)
    for (const [stream, , send] of attackers) if (!stream.destroyed) send(b4a.from([1]))
    await tick()
  }
  expect(offences.length).toBeGreaterThan(30)
  expect(ours.destroyed).toBe(false)
  link.letGo()
  expect((await block)!.byteLength).toBe(15 * MB)
  expect(offences.map(({ stream }) => stream)).not.toContain(ours)
})

test.each<[string, () => Promise<Wire>]>([
  ['TCP', overTcp],
  ['a bridge', inMemory]
])(
  'while a stream over %s is not read, one frame of 16 MB waits in it, and only the beginning of the next comes',
  async (_, wire) => {
    const { hostile, stream, offences } = await stage({}, true, wire)
    const state = reading(stream)
    pausable(stream).pause()
    for (let i = 0; i < 3; i++) void hostile.send(LARGEST)
    while (state.buffered() < LARGEST.byteLength) await tick()
    for (let i = 0; i < 200; i++) await tick()
    expect(state.buffered()).toBe(LARGEST.byteLength)
    expect(state.coming()).toBeLessThan(MB)
    expect(codesOf(offences)).toEqual([])
    pausable(stream).resume()
    while (state.rawBytesRead() < 3 * LARGEST.byteLength) await tick()
    expect(stream.destroyed).toBe(false)
  }
)

test('a stream over a bridge that is not read pushes back to whoever sends', async () => {
  const { hostile, stream, offences } = await stage({}, true, inMemory)
  const { buffered } = reading(stream)
  pausable(stream).pause()
  const frame = LARGEST.subarray(0, 64 * 1024)
  for (let i = 0; i < 500; i++) hostile.stream.write(frame)
  for (let i = 0; i < 600; i++) await tick()
  expect(buffered()).toBeGreaterThan(0)
  expect(buffered()).toBeLessThan(MB)
  expect(offences).toEqual([])
})

test('a stream over UDX, which cannot be paused, is closed when more than 48 MB wait', async () => {
  const { near, honest, hostile, stream, offences } = await stage({}, true, overUdx)
  const before = await usage()
  pausable(stream).pause()
  const gone = closed(stream)
  while (!stream.destroyed) await hostile.send(LARGEST)
  await gone
  expect(codesOf(offences)).toEqual(['TOO_MANY_BYTES'])
  await carriesOn(near, honest)
  await destroyed(hostile.stream)
  await flat(before)
})

test('cores replicate over UDX, and what the reader put on it goes with the replicator', async () => {
  const blocks = Array.from({ length: 200 }, (_, i) => `${i}`.repeat(1000))
  const { near, ours, theirs, core, far, offences } = await connected({ wire: overUdx, blocks })
  const copy = await far.source.get({ key: core.key! })
  for (const [i, block] of blocks.entries()) expect(await read(copy, i)).toBe(block)
  expect(offences).toEqual([])
  await near.replicator.close()
  const raw = (ours as unknown as { rawStream: object }).rawStream
  for (const name of ['_incoming', 'push', '_read']) expect(Object.hasOwn(ours, name)).toBe(false)
  expect(Object.hasOwn(raw, 'push')).toBe(false)
  await destroyed(theirs)
})

function pausable(stream: NoiseStream): { pause(): void; resume(): void } {
  return stream as never
}

/** What a stream has read and nobody has taken, and how much of the next frame. */
function reading(stream: NoiseStream): Record<'buffered' | 'coming' | 'rawBytesRead', () => number> {
  const state = stream as unknown as {
    _readableState: { buffered: number }
    _state: number
    _tmp: number
    rawBytesRead: number
  }
  return {
    buffered: () => state._readableState.buffered,
    coming: () => (state._state === 1 ? state._tmp : 0),
    rawBytesRead: () => state.rawBytesRead
  }
}

/** A wire to us that carries as much as it is told. */
function slowLink(): {
  wire: [NoiseSecretStream, NoiseSecretStream]
  hold: () => void
  come: (bytes: number) => Promise<void>
  letGo: () => void
} {
  const state = { left: Infinity }
  const waiting: Uint8Array[] = []
  const carry = (): void => {
    while (state.left > 0 && waiting.length > 0) {
      const bytes = waiting.shift()!
      const part = bytes.subarray(0, state.left)
      if (part.byteLength < bytes.byteLength) waiting.unshift(bytes.subarray(part.byteLength))
      state.left -= part.byteLength
      wire[0].rawStream.write(part)
    }
  }
  const wire = handCarried((bytes, to) => {
    if (to !== wire[0]) return void to.rawStream.write(bytes)
    waiting.push(bytes)
    carry()
  })
  onTestFinished(async () => {
    await Promise.all(wire.map(destroyed))
  })
  return {
    wire,
    hold: () => void (state.left = 0),
    letGo: () => {
      state.left = Infinity
      carry()
    },
    async come(bytes) {
      state.left = bytes
      carry()
      while (state.left > 0) await tick()
      await tick()
    }
  }
}
