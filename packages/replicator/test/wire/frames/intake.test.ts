import { pace } from '../../../src/wire/frames/pace.js'
import { ALLOWANCE } from '../../../src/wire/costs.js'
import { setImmediate as tick } from 'node:timers/promises'
import b4a from 'b4a'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import type { NoiseStream } from '@manycore/hypercore-types'
import Protomux from 'protomux'
import { expect, onTestFinished, test } from 'vitest'
import { FrameIntake } from '../../../src/wire/frames/intake.js'
import { FrameReader } from '../../../src/wire/frames/reader.js'
import { WaitingBytes } from '../../../src/wire/frames/waiting-bytes.js'
import { Inbox } from '../../../src/wire/inbox.js'
import { ManualClock } from '../../kit/manual-clock.js'
import { inMemory, overTcp, overUdx, type Wire } from '../../kit/wires.js'

const NOTHING = b4a.alloc(0)
/** On a channel that is not open. */
const SMALL = b4a.from([9, 0])
const LARGE = 3 * 2 ** 20
const MIDDLE = b4a.alloc(64 * 1024, b4a.from([9]))

test('a keep-alive and a small frame cost the same, and a frame of 64 KB nothing', async () => {
  const { read, debt, send } = await taken(inMemory)
  await read(await send(10, NOTHING))
  expect(debt()).toBe(10)
  await read(await send(10, SMALL))
  expect(debt()).toBeGreaterThanOrEqual(20) // and whatever the inbox charges for the message in it
  const before = debt()
  await read(await send(100, MIDDLE))
  expect(debt()).toBe(before)
})

test.each<[string, () => Promise<Wire>]>([
  ['TCP', overTcp],
  ['UDX', overUdx],
  ['a bridge', inMemory]
])('of many small frames over %s some wait, and are read in their order', async (_, wire) => {
  const { inbox, intake, read, send, ours } = await taken(wire)
  const frames: number[] = []
  ours.on('data', (frame) => frames.push(frame.byteLength))
  let hasWaited = false
  const { waits } = intake
  intake.waits = () => {
    hasWaited = true
    waits.call(intake)
  }
  const sent = await send(2500, NOTHING)
  const last = await send(1, SMALL)
  await read(sent + last)
  expect(hasWaited).toBe(true)
  expect(frames.filter((bytes) => bytes > 0)).toEqual([SMALL.byteLength])
  expect([intake.isWaiting, inbox.isEmpty]).toEqual([false, true])
})

test('a large frame that nobody asked for is read in pieces of 64 KB or more, and comes whole', async () => {
  const { intake, inbox, ours, theirs } = await taken(overTcp)
  const { pieces, waits, tooEarly } = watched()
  const reader = ours as unknown as { _read(cb: () => void): void }
  const got = frames(ours)
  inbox.listen(() => null)
  for (let i = 0; i < 2; i++) theirs.write(b4a.alloc(LARGE, b4a.from([9])))
  theirs.write(SMALL)
  while (got.length < 3) {
    if (intake.isSlow) reader._read(() => {}) // whoever reads the stream wants more
    await tick()
  }
  expect(got).toEqual([LARGE, LARGE, SMALL.byteLength])
  expect(waits()).toBeGreaterThan(2)
  expect(tooEarly()).toBe(0)
  expect(pieces()).toBeLessThanOrEqual((2 * LARGE) / 65_536 + 2)
  expect(intake.isSlow).toBe(false)
})

test.each<[string, () => Promise<Wire>]>([
  ['over UDX, which cannot be paused', overUdx],
  ['that comes at once', inMemory]
])('a large frame %s is read as it comes', async (_, wire) => {
  const { inbox, ours, theirs } = await taken(wire)
  const { waits } = watched()
  const got = frames(ours)
  inbox.listen(() => null)
  for (let i = 0; i < 2; i++) theirs.write(b4a.alloc(LARGE, b4a.from([9])))
  while (got.length < 2) await tick()
  expect([got, waits()]).toEqual([[LARGE, LARGE], 0])
})

test('a bridge goes on when the reader leaves it while it is full', async () => {
  const { ours, theirs, release } = await taken(inMemory)
  const reader = ours as unknown as { pause(): void; resume(): void }
  reader.pause()
  for (let i = 0; i < 30; i++) theirs.write(b4a.alloc(30_000, b4a.from([9])))
  for (let i = 0; i < 50; i++) await tick()
  release()
  const got = frames(ours)
  reader.resume()
  while (got.length < 30) await tick()
  expect(got).toHaveLength(30)
})

test('a stream that ends while its frame is read slowly ends', async () => {
  const { intake, ours, theirs } = await taken(overTcp)
  const closed = new Promise<void>((resolve) => void ours.once('close', resolve))
  theirs.write(b4a.alloc(LARGE, b4a.from([9])))
  while (!intake.isSlow) await tick()
  theirs.destroy()
  await closed
  expect(intake.isWaiting).toBe(false)
})

test('a message outside of the order is charged, whether it can be decrypted or not, until the stream ends', async () => {
  const { debt, inbox, ours, theirs } = await taken(overUdx)
  const got = new Promise((resolve) => void ours.once('message' as never, resolve as never))
  ;(theirs as unknown as { trySend(bytes: Uint8Array): void }).trySend(b4a.from('hello'))
  await got
  const { rawStream } = theirs as unknown as { rawStream: { trySend(bytes: Uint8Array): void } }
  const raw = (ours as unknown as { rawStream: NodeJS.EventEmitter }).rawStream
  const next = new Promise((resolve) => void raw.once('message', resolve))
  rawStream.trySend(b4a.alloc(64))
  await next
  expect(debt()).toBe(6)

  inbox.work.charge(ALLOWANCE - 6, null)
  const error = new Promise((resolve) => void ours.once('error', resolve))
  rawStream.trySend(b4a.alloc(64))
  expect(await error).toMatchObject({ code: 'TOO_MUCH_WORK' })
})

test.each<[string, () => Promise<Wire>]>([
  ['TCP', overTcp],
  ['UDX', overUdx]
])('over %s an indebted stream ends with its remote, and what waits is dropped', async (_, wire) => {
  const { inbox, ours, theirs } = await taken(wire)
  let workedOn = 0
  inbox.listen(() => {
    workedOn++
    return null
  })
  inbox.work.charge(ALLOWANCE / 2, null)
  inbox.receive(0, manyMessages())
  const closed = new Promise<void>((resolve) => void ours.once('close', resolve))
  theirs.destroy()
  await closed
  expect(inbox.isEmpty).toBe(true)
  expect(workedOn).toBeLessThan(MANY)
})

test('what a remote that is not indebted has sent before its end is worked on, and then the stream ends', async () => {
  const { inbox, ours, theirs } = await taken(overTcp)
  let workedOn = 0
  inbox.listen(() => {
    workedOn++
    inbox.work.spend(10)
    return null
  })
  inbox.receive(0, manyMessages())
  theirs.destroy()
  await new Promise<void>((resolve) => void ours.once('close', resolve))
  expect(workedOn).toBe(MANY)
})

test('an indebted stream that is not read notices that its remote has gone', async () => {
  const { clock, inbox, ours, theirs } = await taken(overTcp)
  inbox.listen(() => null)
  inbox.work.charge(ALLOWANCE / 2, null)
  inbox.receive(0, manyMessages())
  rawOf(ours).pause()
  const gone = new Promise<void>((resolve) => void theirs.once('close', resolve))
  theirs.destroy()
  await gone
  for (let turn = 0; !ours.destroyed; turn++) {
    if (turn > 100_000) throw new Error('the stream is still open')
    clock.run()
    await tick()
  }
  expect(inbox.isEmpty).toBe(true)
})

const MANY = 20_000

/** A frame that two turns do not suffice for. */
function manyMessages(): { buffer: Uint8Array; start: number; end: number } {
  const messages = Array.from({ length: MANY }, () => b4a.from([1, 0]))
  const buffer = b4a.concat([b4a.from([0, 9]), ...messages])
  return { buffer, start: 0, end: buffer.byteLength }
}

/** The bytes of each frame that comes. */
function frames(stream: NoiseStream): number[] {
  const got: number[] = []
  stream.on('data', (frame) => got.push(frame.byteLength))
  return got
}

/** How many pieces of large frames have come, and how often a stream has waited for the next one. */
function watched(): { pieces: () => number; waits: () => number; tooEarly: () => number } {
  let [count, waits, tooEarly] = [0, 0, 0]
  const { ask } = pace
  onTestFinished(() => void (pace.ask = ask))
  let isWaiting = false
  pace.ask = (stream, bytes) => {
    count++
    if (isWaiting) tooEarly++
    const isFree = ask.call(pace, stream, bytes)
    isWaiting = !isFree
    if (isWaiting) waits++
    return isFree
  }
  const { readPiece } = FrameReader.prototype
  onTestFinished(() => void (FrameReader.prototype.readPiece = readPiece))
  FrameReader.prototype.readPiece = function () {
    isWaiting = false
    readPiece.call(this)
  }
  return { pieces: () => count, waits: () => waits, tooEarly: () => tooEarly }
}

function rawOf(stream: NoiseStream): { pause(): void } {
  return (stream as unknown as { rawStream: { pause(): void } }).rawStream
}

/** Our end of a wire, with what it reads in our hands. */
async function taken(wire: () => Promise<Wire>): Promise<{
  ours: NoiseStream
  theirs: NoiseStream
  clock: ManualClock
  inbox: Inbox
  intake: FrameIntake
  /** Gives the stream back as it was. */
  release: () => void
  debt: () => number
  /** @returns how many bytes they are for the other side */
  send: (times: number, frame: Uint8Array) => Promise<number>
  /** Until so many bytes were read. */
  read: (bytes: number) => Promise<void>
}> {
  const [ours, theirs] = await wire()
  const clock = new ManualClock()
  const mux = Protomux.from(ours as never) as never
  const inbox = new Inbox(mux, clock, () => {})
  const intake = new FrameIntake(mux, inbox, new WaitingBytes(Infinity, clock))
  const release = intake.install()
  ours.once('close', () => {
    release()
    inbox.release()
  })
  const { rawBytesRead } = ours as unknown as NoiseSecretStream & { rawBytesRead: number }
  let all = rawBytesRead
  const writer = theirs as unknown as { _write(frame: Uint8Array, cb: () => void): void }
  return {
    ours,
    theirs,
    clock,
    inbox,
    intake,
    release,
    debt: () => inbox.work.debt,
    async send(times, frame) {
      for (let i = 0; i < times; i++) writer._write(frame, () => {})
      return times * (frame.byteLength + 17)
    },
    async read(bytes) {
      all += bytes
      while ((ours as unknown as { rawBytesRead: number }).rawBytesRead < all) {
        if (ours.destroyed) throw new Error('the stream has closed')
        await tick()
      }
    }
  }
}
