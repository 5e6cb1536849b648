import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import Protomux from 'protomux'
import b4a from 'b4a'
import type { NoiseStream, ProtocolStream } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { Replicator } from '../../src/index.js'
import { next, StoredCores } from '../kit/stored-cores.js'
import { offered, read, refused, side } from '../kit/side.js'
import { destroyed, inMemory, overTcp, pipe } from '../kit/wires.js'

test('close() leaves streams of the caller open, no longer served, and without listeners of ours', async () => {
  const [near, far] = [side(), side()]
  const [one, other] = await overTcp()
  Protomux.from(one) // its own listeners are not ours to count
  const before = listeners(one)
  const ours = await near.source.get({ blocks: ['a'] })
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  expect(await read(await far.source.get({ key: ours.key! }))).toBe('a')

  await near.replicator.close()
  expect(listeners(one)).toEqual(before)
  expect(near.replicator.streams.records).toEqual([])
  expect(ours.peers).toEqual([])
  expect(near.source.listenerCount('downloading')).toBe(0)

  const hidden = await near.source.get({ blocks: ['b'] })
  const asking = await far.source.get({ key: hidden.key! })
  await refused(asking, other)
  expect([one.destroyed, other.destroyed]).toEqual([false, false])
})

test('close() destroys the streams that replicate() made and resolves once they are closed', async () => {
  const [near, far] = [side(), side()]
  const stream = near.replicator.replicate(true)
  const remote = far.replicator.replicate(false)
  pipe(stream, remote)
  expect(near.replicator.streams.records).toMatchObject([{ stream, isExternal: false }])
  await near.replicator.close()
  expect([stream.destroyed, stream.noiseStream.destroyed]).toEqual([true, true])
  expect(near.replicator.streams.records).toEqual([])
})

test('close() runs every step although some fail, and says which', async () => {
  const source = new StoredCores()
  const near = new Replicator(source)
  const [ours, theirs] = await inMemory()
  near.replicate(ours)
  const made = near.replicate(true)
  made.on('error', () => {})
  const core = await source.get({ blocks: ['a'] })
  expect(offered(core, ours)).toBe(true)
  const monitored = core.core!.monitors.length
  const { off } = source
  source.off = () => {
    throw new Error('the source fails')
  }
  const { replicator } = core.core!
  const detachFrom = replicator.detachFrom.bind(replicator)
  replicator.detachFrom = (mux) => {
    detachFrom(mux)
    if (mux === ours.userData) throw new Error('the core fails')
  }
  const failed = await near.close().catch((err: unknown) => err)
  expect(failed).toBeInstanceOf(AggregateError)
  expect((failed as AggregateError).errors.map(({ message }) => message)).toEqual([
    'the source fails',
    'the core fails'
  ])
  expect([near.streams.records, made.destroyed, ours.destroyed]).toEqual([[], true, false])
  expect(core.core!.monitors).toHaveLength(monitored - 1) // the last step
  source.off = off
  replicator.detachFrom = detachFrom
  await Promise.all([destroyed(ours), destroyed(theirs)])
  await source.close()
})

test('close() is idempotent, and everything after it is refused', async () => {
  const near = side()
  const core = await near.source.get({ blocks: ['a'] })
  expect(near.replicator.close()).toBe(near.replicator.close())
  const closed = expect.objectContaining({ code: 'REPLICATOR_CLOSED' })
  expect(() => near.replicator.replicate(true)).toThrow(closed)
  expect(() => near.replicator.attach(core)).toThrow(closed)
  expect(() => near.replicator.detach(core)).toThrow(closed)
  expect(() => near.replicator.setActive(true)).toThrow(closed)
})

test('a channel of the caller on the same mux is untouched by what we do and by close()', async () => {
  const [near, far] = [side(), side()]
  const [one, other] = await inMemory()
  const [a, b] = [echo(Protomux.from(one)), echo(Protomux.from(other))]
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  const ours = await near.source.get({ blocks: ['a'] })
  await read(await far.source.get({ key: ours.key! }))
  near.replicator.detach(ours)
  await near.replicator.close()

  const heard = next<[Uint8Array]>(b.heard, 'message')
  a.channel.messages[0]!.send(b4a.from('still here'))
  expect(b4a.toString((await heard)[0])).toBe('still here')
})

test('a stream that was passed twice, as itself or as its mux, has one record', async () => {
  const near = side()
  const [one] = await inMemory()
  expect(near.replicator.replicate(one)).toBe(one)
  expect(near.replicator.replicate(one)).toBe(one)
  expect(near.replicator.replicate(one.userData!)).toBe(one)
  const own = near.replicator.replicate(true)
  expect(near.replicator.replicate(own)).toBe(own)
  expect(near.replicator.streams.records).toMatchObject([
    { stream: one, isExternal: true },
    { stream: own, isExternal: false }
  ])
})

test('a Protomux and opts.stream are the caller’s, and stay open', async () => {
  const [near, far] = [side(), side()]
  const [[one, other], [two, another]] = await Promise.all([inMemory(), inMemory()])
  const ours = await near.source.get({ blocks: ['a'] })
  expect(near.replicator.replicate(Protomux.from(one))).toBe(one)
  expect(near.replicator.replicate(true, { stream: two })).toBe(two)
  far.replicator.replicate(other)
  side().replicator.replicate(another)
  expect(await read(await far.source.get({ key: ours.key! }))).toBe('a')
  await near.replicator.close()
  expect([one.destroyed, two.destroyed]).toEqual([false, false])
})

test('a stream that closed before is given back and not kept', async () => {
  const near = side()
  const [one] = await inMemory()
  await destroyed(one)
  expect(near.replicator.replicate(one)).toBe(one)
  expect(near.replicator.streams.records).toEqual([])
})

const muxless = { noiseStream: null, pipe: (): void => undefined }
test.each([
  ['undefined', undefined],
  ['null', null],
  ['a number', 1],
  ['a string', 'true'],
  ['a function', () => true],
  ['an object', {}],
  ['a stream without Noise', new PassThrough()],
  ['an emitter', new EventEmitter()],
  ['a stream whose noiseStream is null', muxless],
  ['a mux over no Noise stream', { isProtomux: true, stream: new PassThrough() }],
  ['a Noise stream whose userData is taken', Object.assign(new NoiseSecretStream(true), { userData: {} })]
])('replicate(%s) is a BAD_ARGUMENT and changes nothing', (_, value) => {
  const near = side()
  const bad = (field: string): unknown =>
    expect.objectContaining({ name: 'TypeError', code: 'BAD_ARGUMENT', field })
  expect(() => near.replicator.replicate(value as ProtocolStream)).toThrow(bad('isInitiator'))
  expect(() => near.replicator.replicate(value as ProtocolStream)).toThrow(
    /a boolean, a stream .* or a Protomux/
  )
  if (value) {
    expect(() => near.replicator.replicate(true, { stream: value as ProtocolStream })).toThrow(
      bad('opts.stream')
    )
  }
  expect(near.replicator.streams.records).toEqual([])
})

test('200 streams that open and close leave no record and no listener', async () => {
  const [near, far] = [side(), side()]
  const ours = await Promise.all(['a', 'b', 'c'].map((block) => near.source.get({ blocks: [block] })))
  const copies = await Promise.all(ours.map((core) => far.source.get({ key: core.key! })))
  for (let round = 0; round < 20; round++) {
    const wires = await Promise.all(Array.from({ length: 10 }, inMemory))
    for (const [one, other] of wires) {
      near.replicator.replicate(one)
      far.replicator.replicate(other)
    }
    expect(near.replicator.streams.records).toHaveLength(10)
    // Half of them from each end, in another order than they came.
    await Promise.all(wires.toReversed().map(([one, other], i) => destroyed(i % 2 ? one : other)))
    await Promise.all(wires.flat().map(destroyed))
    expect(wires.flat().map((stream) => stream.listenerCount('close'))).toEqual(Array(20).fill(1)) // the mux's own
  }
  for (const { replicator, source } of [near, far]) {
    expect(replicator.streams.records).toEqual([])
    expect(source.listenerCount('downloading')).toBe(1)
  }
  for (const { core } of [...ours, ...copies]) {
    expect(core!.replicator.peers).toEqual([])
    expect((core!.replicator as unknown as { _attached: Set<unknown> })._attached.size).toBe(0)
  }
})

/** How many listen for each event of the stream, and for channels that the remote opens. */
function listeners(stream: NoiseStream): Record<string, number> {
  const names = (stream as unknown as EventEmitter).eventNames() as 'close'[]
  const { _notify } = stream.userData as unknown as { _notify: Map<string, unknown> }
  return Object.fromEntries([
    ...names.map((name) => [name, stream.listenerCount(name)]),
    ['pair', _notify.size]
  ])
}

function echo(mux: Protomux): {
  channel: NonNullable<ReturnType<Protomux['createChannel']>>
  heard: EventEmitter
} {
  const heard = new EventEmitter()
  const onmessage = (message: Uint8Array): unknown => heard.emit('message', message)
  const channel = mux.createChannel({ protocol: 'test/echo', messages: [{ onmessage }] })!
  channel.open()
  return { channel, heard }
}
