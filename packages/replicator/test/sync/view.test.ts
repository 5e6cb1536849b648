import b4a from 'b4a'
import { expect, test } from 'vitest'
import type { Hypercore, NoiseStream } from '@manycore/hypercore-types'
import type { CoreSync, StreamSync } from '../../src/index.js'
import { ENTRIES_PER_STREAM } from '../../src/sync/defaults.js'
import { holdAnswers } from '../kit/hold-answers.js'
import { requestNothing } from '../kit/request-nothing.js'
import { until } from '../kit/policed.js'
import { type Side, side } from '../kit/side.js'
import { destroyed, inMemory } from '../kit/wires.js'

test('without a stream, the view is empty and level', () => {
  expect(side().replicator.syncView()).toEqual({ isLevel: true, streams: [] })
})

test('it tells of each core here and there, and of what is to come', async () => {
  const { near, far, ours, copy, other } = await connected(['12345', '6789012345'])
  await far.replicator.synced()
  expect(streamOf(far, other)).toMatchObject({
    remotePublicKey: streamOf(far, other).stream.noiseStream.remotePublicKey,
    isMirroring: false,
    isOpening: false,
    isLevel: true,
    cores: { total: 1, differing: 0, done: 1 }, // its tree came, and the last block with that
    bytes: { received: 0, expected: 0 }
  })
  copy.setActive(true)
  const hold = holdAnswers(ours)
  copy.download({ start: 0, end: -1 })
  await until(() => entriesOf(near)[0]!.uploading === 2)
  expect(streamOf(far, other)).toMatchObject({
    isLevel: false,
    cores: { total: 1, differing: 1 },
    blocks: { received: 0, expected: 2 },
    bytes: { received: 0, expected: 15 },
    entries: [
      { have: 0, want: 2, missing: 2, length: 2, remoteLength: 2, fork: 0, remoteFork: 0, isOpen: true }
    ]
  })
  expect(entriesOf(near)[0]).toMatchObject({ have: 2, want: 0, missing: 0, uploading: 2, isLevel: false })
  hold()
  await far.replicator.synced()
  expect(streamOf(far, other)).toMatchObject({
    isLevel: true,
    cores: { total: 1, differing: 0, done: 1 },
    blocks: { received: 2, expected: 2 },
    bytes: { received: 15, expected: 15 },
    entries: [
      { key: copy.key, discoveryKey: copy.discoveryKey, have: 2, want: 0, missing: 0, lastError: null }
    ]
  })
})

test('a view never changes', async () => {
  const { far, copy } = await connected(['a', 'b'])
  const before = far.replicator.syncView()
  const text = JSON.stringify(before.streams.map(({ stream: _, ...rest }) => rest))
  copy.download({ start: 0, end: -1 })
  await far.replicator.synced()
  expect(JSON.stringify(before.streams.map(({ stream: _, ...rest }) => rest))).toBe(text)
})

test('two peers have two states', async () => {
  const { near, far, ours, copy, other } = await connected(Array.from({ length: 20 }, (_, i) => `${i}`))
  await copy.download({ start: 0, end: 5 }).done()
  const third = side()
  const twin = await third.source.get({ key: ours.key! })
  const [a, b] = await inMemory()
  const [c, d] = await inMemory()
  third.replicator.replicate(a)
  near.replicator.replicate(b)
  third.replicator.replicate(c)
  far.replicator.replicate(d)
  await third.replicator.synced()
  holdAnswers(ours)
  holdAnswers(copy)
  twin.download({ start: 0, end: -1 })
  await until(() => entriesOf(third, c)[0]!.missing === 5)
  expect(entriesOf(third, a)).toMatchObject([{ want: 20, missing: 20, remoteLength: 20, isLevel: false }])
  expect(entriesOf(third, c)).toMatchObject([{ want: 20, missing: 5, remoteLength: 20, isLevel: false }])
  await destroyed(a)
  await destroyed(other)
  expect(third.replicator.syncView().streams).toHaveLength(1)
})

test('the last error of a core is told, and goes once the core is level again', async () => {
  const { near, far, ours, copy, other } = await connected(['a', 'b'])
  await far.replicator.synced()
  spoilBlocks(ours)
  void copy.get(0).catch(() => {})
  await until(() => far.errors.length > 0)
  const error = far.errors[0]!.err
  expect(error).toMatchObject({ code: 'BAD_PROOF' })
  expect(entriesOf(far)[0]).toMatchObject({ isOpen: true, isLevel: false, missing: 1, lastError: error })
  expect(near.replicator.syncView().streams[0]!.entries[0]!.lastError).toBe(null)
  await destroyed(other)
  expect(far.replicator.syncView().streams).toEqual([])

  const [one, again] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(again)
  await far.replicator.synced()
  expect(await copy.get(0)).toEqual(b4a.from('a'))
  expect(entriesOf(far)).toMatchObject([{ lastError: null, have: expect.any(Number), isLevel: true }])
})

test('an error is in one view at least, even of a core that is level by then', async () => {
  const { near, far, ours, copy, other } = await connected(['a'])
  await far.replicator.synced()
  const err = new Error('told')
  far.replicator.emit('core-error', err, { discoveryKey: copy.discoveryKey, stream: other }) // that alone is an event
  expect(entriesOf(far)[0]!.lastError).toBe(null)
  const gone = b4a.alloc(32, 1)
  far.source.open = async (discoveryKey) => {
    if (b4a.equals(discoveryKey, gone)) throw err
    return null
  }
  const theirs = near.source.load({ discoveryKey: gone, key: b4a.alloc(32, 2) })
  near.replicator.attach(theirs)
  await until(() => far.errors.length > 1)
  expect(entriesOf(far)).toMatchObject([
    { discoveryKey: gone, isOpen: false, length: 0, lastError: err },
    { lastError: null }
  ])
  expect(ours.length).toBe(1)
})

test('a core that the remote does not have is level, and not open', async () => {
  const [near, far] = [side(), side()]
  await near.source.get({ blocks: ['a'] })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  await near.replicator.synced()
  expect(streamOf(near, one)).toMatchObject({
    isLevel: true,
    cores: { total: 1, differing: 0, done: 0 },
    entries: [{ isOpen: false, isLevel: true, remoteLength: null, remoteFork: null, length: 1 }]
  })
})

test('entries are bounded, those that differ come first, and all are counted', async () => {
  const most = ENTRIES_PER_STREAM + 20
  const [near, far] = [side(), side()]
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  const cores = await Promise.all(Array.from({ length: most }, (_, i) => opened(near, i)))
  for (const core of cores) near.replicator.attach(core)
  far.replicator.replicate(other)
  await near.replicator.synced()
  const late = await far.source.get({ blocks: ['late'] })
  const ours = await near.source.get({ key: late.key! })
  await near.replicator.synced()
  requestNothing(ours)
  ours.download({ start: 0, end: -1 })
  const view = streamOf(near, one)
  expect(view.cores).toMatchObject({ total: most + 1, differing: 1 })
  expect(view.entries).toHaveLength(ENTRIES_PER_STREAM)
  expect(view.entries[0]).toMatchObject({ discoveryKey: ours.discoveryKey, missing: 1 })
})

async function opened(on: Side, i: number): Promise<import('@manycore/hypercore-types').InnerCore> {
  const key = b4a.alloc(32)
  new DataView(key.buffer, key.byteOffset).setUint32(0, i + 1)
  const core = on.source.load({ discoveryKey: key, key })
  await core.ready()
  return core
}

async function connected(blocks: string[]): Promise<{
  near: Side
  far: Side
  ours: Hypercore
  copy: Hypercore
  one: NoiseStream
  other: NoiseStream
}> {
  const [near, far] = [side(), side()]
  const ours = await near.source.get({ blocks })
  const copy = await far.source.get({ key: ours.key! })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  return { near, far, ours, copy, one, other }
}

function streamOf({ replicator }: Side, stream: NoiseStream): StreamSync {
  return replicator.syncView().streams.find((one) => one.stream === stream)!
}

function entriesOf({ replicator }: Side, stream?: NoiseStream): readonly CoreSync[] {
  return replicator.syncView().streams.find((one) => stream === undefined || one.stream === stream)!.entries
}

/** Has a core send other blocks than are signed, to those who are its peers now. */
function spoilBlocks(core: Hypercore): void {
  const peer = core.peers[0] as unknown as {
    wireData: { send(data: { block: { value: Uint8Array } | null }): void }
  }
  const { send } = peer.wireData
  peer.wireData.send = (data) => {
    if (data.block !== null) data.block.value = b4a.from('no')
    send.call(peer.wireData, data)
  }
}
