import b4a from 'b4a'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { expect, onTestFinished, test } from 'vitest'
import type { Hypercore, NoiseStream } from '@manycore/hypercore-types'
import { downloadOnly, uploadOnly } from '../../src/index.js'
import { ManualClock } from '../kit/manual-clock.js'
import { requestNothing } from '../kit/request-nothing.js'
import { turns, until } from '../kit/policed.js'
import { type Side, side } from '../kit/side.js'
import { destroyed, inMemory, pipe } from '../kit/wires.js'

/** Two sides, and a core of the first one with so many blocks, of which the second one has a session that wants nothing yet. */
async function pair(blocks: number): Promise<{ near: Side; far: Side; ours: Hypercore; copy: Hypercore }> {
  const [near, far] = [side(), side()]
  const ours = await near.source.get({ blocks: Array.from({ length: blocks }, (_, i) => `block ${i}`) })
  const copy = await far.source.get({ key: ours.key! })
  return { near, far, ours, copy }
}

async function connect(near: Side, far: Side): Promise<[NoiseStream, NoiseStream]> {
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  return [one, other]
}

test('without a stream it resolves at once', async () => {
  const { near } = await pair(1)
  await near.replicator.synced()
})

test('it resolves once both sides have the same length', async () => {
  const { near, far, copy } = await pair(5)
  await connect(near, far)
  await Promise.all([near.replicator.synced(), far.replicator.synced()])
  expect(copy.length).toBe(5)
  expect(copy.contiguousLength).toBe(0) // nobody has asked for a block
})

test('it resolves once what was asked for is here', async () => {
  const { near, far, copy } = await pair(300)
  copy.download({ start: 100, end: -1 })
  await connect(near, far)
  await far.replicator.synced()
  expect(await copy.has(100, 300)).toBe(true)
  expect(await copy.has(99)).toBe(false)
})

test('an append makes it wait again, on both sides', async () => {
  const { near, far, ours, copy } = await pair(1)
  copy.download({ start: 0, end: -1 })
  await connect(near, far)
  await near.replicator.synced()
  await ours.append(b4a.from('one more'))
  await near.replicator.synced()
  expect(copy.length).toBe(2)
  await far.replicator.synced()
  expect(copy.contiguousLength).toBe(2)
})

test('it follows a truncation to the new fork', async () => {
  const { near, far, ours, copy } = await pair(8)
  copy.download({ start: 0, end: -1 })
  await connect(near, far)
  await far.replicator.synced()
  await ours.truncate(3)
  await near.replicator.synced()
  expect([copy.fork, copy.length]).toEqual([1, 3])
})

test('another fork of the same length is not level', async () => {
  const { near, far, ours, copy } = await pair(8)
  copy.download({ start: 0, end: -1 })
  await connect(near, far)
  await far.replicator.synced()
  await ours.truncate(7)
  await ours.append(b4a.from('another'))
  await near.replicator.synced()
  expect([copy.fork, copy.length]).toEqual([1, 8])
})

test('a stream whose handshake is not over counts as not level, for its peer as well', async () => {
  const { near, far, copy } = await pair(2)
  const ends = [new NoiseSecretStream(true), new NoiseSecretStream(false)] as unknown as [
    NoiseStream,
    NoiseStream
  ]
  near.replicator.replicate(ends[0])
  far.replicator.replicate(ends[1])
  let done = 0
  const waits = [
    far.replicator.synced(),
    far.replicator.synced(ends[0].publicKey!),
    far.replicator.synced(ends[1])
  ]
  for (const wait of waits) void wait.then(() => done++)
  await turns()
  expect(done).toBe(0)
  const [raw, other] = ends.map((end) => (end as unknown as { rawStream: NoiseStream }).rawStream)
  pipe(raw!, other!)
  onTestFinished(() => Promise.all(ends.map(destroyed)) as never)
  await Promise.all(waits)
  expect(copy.length).toBe(2)
})

test('of several peers, only the one that is asked about counts', async () => {
  const { near, far, copy } = await pair(2)
  const [one, other] = await connect(near, far)
  const [silent] = await inMemory()
  const hanging = near.source.load({ discoveryKey: b4a.alloc(32, 9), key: b4a.alloc(32, 8) })
  near.replicator.replicate(silent) // the other end does not answer
  near.replicator.attach(hanging)
  let isAll = false
  void near.replicator.synced().then(() => (isAll = true))
  await near.replicator.synced(one)
  await near.replicator.synced(other.publicKey!)
  await near.replicator.synced(b4a.alloc(32, 7)) // nobody
  expect(copy.length).toBe(2)
  expect(isAll).toBe(false)
  await destroyed(silent)
  await near.replicator.synced()
  expect(isAll).toBe(true)
})

test('a session that is still opening is waited for', async () => {
  const { near, far, ours } = await pair(4)
  await connect(near, far)
  const late = side()
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  late.replicator.replicate(other)
  const core = late.source.load({ discoveryKey: ours.discoveryKey!, key: ours.key! })
  const copy = late.source.session(core) // not ready() yet
  await late.replicator.synced()
  expect(copy.length).toBe(4)
})

test('an open of the remote that waits for a policy makes it wait', async () => {
  let answer = (_: boolean): void => {}
  let isAsked = false
  const access = (): Promise<boolean> => {
    isAsked = true
    return new Promise((resolve) => (answer = resolve))
  }
  const near = side({ policy: { announce: () => false, access } })
  const far = side()
  const ours = await near.source.get({ blocks: ['a'] })
  await connect(near, far)
  await far.source.get({ key: ours.key! })
  await until(() => isAsked)
  let isLevel = false
  const level = near.replicator.synced().then(() => (isLevel = true))
  await turns()
  expect(isLevel).toBe(false)
  answer(true)
  await level
})

test('an open of the remote that waits for storage makes it wait', async () => {
  const [near, far] = [side(), side()]
  await connect(near, far)
  let found = (_: null): void => {}
  const asked = new Promise<void>((resolve) => {
    near.source.open = () => (resolve(), new Promise((answer) => (found = answer)))
  })
  await far.source.get({ blocks: ['a'] })
  await asked
  let isLevel = false
  const level = near.replicator.synced().then(() => (isLevel = true))
  await turns()
  expect(isLevel).toBe(false)
  found(null)
  await level
})

test('a policy that is asked what may be offered makes it wait', async () => {
  let answer = (_: boolean): void => {}
  let isAsked = false
  const announce = (): Promise<boolean> => {
    isAsked = true
    return new Promise((resolve) => (answer = resolve))
  }
  const near = side({ policy: { announce, access: () => true } })
  const ours = await near.source.get({ blocks: ['a'] })
  const far = side()
  await connect(near, far)
  await until(() => isAsked)
  let isLevel = false
  const level = near.replicator.synced().then(() => (isLevel = true))
  await turns()
  expect([ours.length, isLevel]).toEqual([1, false])
  answer(true)
  await level
})

test.each([
  ['a peer that only downloads', downloadOnly(), uploadOnly()],
  ['a peer that does not say that it only downloads', undefined, downloadOnly()]
])('%s is level once it has what it wants', async (_what, policy, theirs) => {
  const near = side(policy === undefined ? {} : { policy: uploadOnly() })
  const far = side({ policy: policy ?? theirs })
  const ours = await near.source.get({ blocks: ['a', 'b'] })
  const copy = await far.source.get({ key: ours.key! })
  copy.download({ start: 0, end: -1 })
  await connect(near, far)
  await far.replicator.synced()
  expect(copy.contiguousLength).toBe(2)
  await near.replicator.synced()
})

test('a download that is given up is not waited for, although nobody tells', async () => {
  const clock = new ManualClock()
  const [near, far] = [side(), side({ clock })]
  const ours = await near.source.get({ blocks: ['a', 'b'] })
  const copy = await far.source.get({ key: ours.key! })
  await connect(near, far)
  await far.replicator.synced()
  requestNothing(copy)
  const range = copy.download({ start: 0, end: -1 })
  let isLevel = false
  const level = far.replicator.synced().then(() => (isLevel = true))
  await turns()
  clock.run()
  await turns()
  expect(isLevel).toBe(false)
  range.destroy() // tells nobody; what the peer says of its blocks may still come
  await turns()
  clock.run()
  await level
})

test('close() in the same turn rejects, too', async () => {
  const { near } = await pair(1)
  const [silent] = await inMemory()
  near.replicator.replicate(silent)
  const waiting = expect(near.replicator.synced()).rejects.toMatchObject({ code: 'REPLICATOR_CLOSED' })
  await near.replicator.close()
  await waiting
})

test('close() rejects those who wait', async () => {
  const { near } = await pair(1)
  const [silent] = await inMemory()
  near.replicator.replicate(silent)
  const waiting = expect(near.replicator.synced()).rejects.toMatchObject({ code: 'REPLICATOR_CLOSED' })
  await turns()
  await near.replicator.close()
  await waiting
  await expect(near.replicator.synced()).rejects.toMatchObject({ code: 'REPLICATOR_CLOSED' })
})
