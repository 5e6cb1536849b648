import { once } from 'node:events'
import Hypercore from 'hypercore'
import Protomux from 'protomux'
import b4a from 'b4a'
import type {
  CorestoreStorage,
  Hypercore as Session,
  InnerCore,
  NoiseStream
} from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import { next, StoredCores } from '../kit/stored-cores.js'
import { offered, read, refused, side } from '../kit/side.js'
import { turns } from '../kit/policed.js'
import { destroyed, inMemory, overTcp, type Wire } from '../kit/wires.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

test('a core whose storage is gone when the remote asks is a core-error, and the others go on', async () => {
  const broken = new StoredCores()
  class Failing extends StoredCores {
    override async open(discoveryKey: Uint8Array): Promise<InnerCore | null> {
      if (this.map.has(b4a.toString(discoveryKey, 'hex'))) return super.open(discoveryKey)
      return Hypercore.createCore(broken.storage, { discoveryKey, createIfMissing: false })
    }
  }
  const [near, far] = [side({}, new Failing()), side()]
  const lost = await broken.get({ blocks: ['lost'] })
  await broken.close()
  const [one, other] = await overTcp()
  near.replicator.replicate(one)
  far.replicator.replicate(other)

  await refused(await far.source.get({ key: lost.key! }), other)
  expect(near.errors).toEqual([
    { err: expect.any(Error), info: { discoveryKey: lost.discoveryKey, stream: one } }
  ])
  await carriesOn(near.source, far.source)
})

test('a core that cannot be opened any more once its stream has closed is no error', async () => {
  const [near, far] = [side(), side()]
  const [one, other] = await inMemory()
  let fail!: (err: Error) => void
  const asked = new Promise<void>((resolve) => {
    near.source.open = () => new Promise((_resolve, reject) => ((fail = reject), resolve()))
  })
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  await far.source.get({ blocks: ['x'] })
  await asked
  await near.replicator.close()
  fail(new Error('closed'))
  await turns()
  expect(near.errors).toEqual([])
})

test.each([
  ['rejects', () => Promise.reject(new Error('no'))],
  ['throws', () => raise(new Error('no'))],
  ['gives a core whose open rejects', () => ({ ready: () => Promise.reject(new Error('no')) })]
])('a source that %s looks to the remote like one that lacks the core', async (_, open) => {
  const [near, far] = [side(), side()]
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  const asked = await far.source.get({ blocks: ['x'] }, { active: false })
  const works = near.source.open
  near.source.open = open as typeof works
  far.replicator.attach(asked)
  await refused(asked, other)
  expect(near.errors.map(({ err }) => err.message)).toEqual(['no'])
  near.source.open = works
  await carriesOn(near.source, far.source)
})

test('without a listener a core-error is dropped and the stream lives on', async () => {
  const [near, far] = [side(), side()]
  near.replicator.removeAllListeners('core-error')
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  near.source.open = () => Promise.reject(new Error('no'))
  await refused(await far.source.get({ blocks: ['x'] }), other)
  await carriesOn(near.source, far.source)
})

test('a core whose reads fail while it is served is a core-error and detached, and the others go on', async () => {
  const { lost, copy, storage, near, far, one } = await twoDisks(overTcp)
  expect(await read(copy)).toBe('0')
  await closeUnder(storage)

  const gone = next(copy, 'peer-remove')
  const blocked = copy.get(1).catch((err: Error) => err)
  await gone
  expect(near.errors).toEqual([
    { err: expect.any(Error), info: { discoveryKey: lost.discoveryKey, stream: one } }
  ])
  expect(offered(lost, one)).toBe(false)
  await carriesOn(near.source, far.source)
  await far.source.close()
  expect(await blocked).toBeInstanceOf(Error)
})

test('reads that fail while many requests wait are one core-error, and the others go on', async () => {
  const { lost, copy, storage, near, far, one } = await twoDisks(inMemory)
  expect(await read(copy)).toBe('0')
  await closeUnder(storage)

  const failed = next(near.replicator, 'core-error')
  const remote = copy.peers[0] as unknown as { wireRequest: { send(request: object): void } }
  for (let id = 1000; id < 1500; id++) {
    const nothing = { hash: null, seek: null, upgrade: null, manifest: false, priority: 0 }
    remote.wireRequest.send({ id, fork: 0, block: { index: 0, nodes: 0 }, ...nothing })
  }
  await failed
  await carriesOn(near.source, far.source)
  expect(near.errors).toEqual([
    { err: expect.any(Error), info: { discoveryKey: lost.discoveryKey, stream: one } }
  ])
  expect([offered(lost, one), one.userData!.corked]).toEqual([false, 0])
})

test('a core that cannot store what it downloads is a core-error, and the others go on', async () => {
  const [near, far] = [side(), side()]
  const theirs = await far.source.get({ blocks: ['0', '1'] })
  const full = await near.source.get({ key: theirs.key! })
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  expect(await read(full)).toBe('0')
  const noSpace = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  Object.assign(full.core!, { verify: () => Promise.reject(noSpace) }) // where it writes (`Peer._handleData()`)

  const failed = next(near.replicator, 'core-error')
  const blocked = full.get(1).catch((err: Error) => err) // waits for another peer
  await failed
  expect(near.errors).toEqual([{ err: noSpace, info: { discoveryKey: full.discoveryKey, stream: one } }])
  expect(offered(full, one)).toBe(false)
  await carriesOn(near.source, far.source)
  await near.source.close()
  expect(await blocked).toBeInstanceOf(Error)
})

test('reads that fail once a slow stream drains do not leave the stream corked', async () => {
  const { lost, copy, storage, near, far, one } = await twoDisks(inMemory)
  expect(await read(copy)).toBe('0')
  const { wireRequest } = lost.peers[0]!.stats as unknown as { wireRequest: { rx: number } }
  const before = wireRequest.rx
  Object.assign(one.userData!, { drained: false }) // as after a write to a full stream
  const blocked = copy.get(1).catch((err: Error) => err) // waits on the other side
  while (wireRequest.rx === before) await new Promise((resolve) => setImmediate(resolve))
  await closeUnder(storage)

  const failed = next(near.replicator, 'core-error')
  one.emit('drain')
  await failed
  await new Promise((resolve) => setImmediate(resolve)) // what is answered in one packet ends
  expect(one.userData!.corked).toBe(0)
  await carriesOn(near.source, far.source)
  await far.source.close()
  expect(await blocked).toBeInstanceOf(Error)
})

test('a remote that breaks the protocol ends its stream, and no core is to blame', async () => {
  const { lost, copy, near, one } = await twoDisks(inMemory)
  expect(await read(copy)).toBe('0')
  const closed = new Promise<void>((resolve) => one.once('close', resolve))
  const remote = copy.peers[0] as unknown as { wireRequest: { send(request: object): void } }
  for (let id = 1; id <= 64; id++) {
    const block = { index: 0, nodes: 1 << 20 } // no tree is that high
    const nothing = { hash: null, seek: null, upgrade: null, manifest: false, priority: 0 }
    remote.wireRequest.send({ id: id + 1000, fork: lost.fork, block, ...nothing })
  }
  await closed
  expect(near.errors).toEqual([])
})

test('a remote that proves no knowledge of the key ends its own stream only', async () => {
  const [near, far] = [side(), side()]
  const ours = await near.source.get({ blocks: ['a'] })
  const [[one, hostile], [two, other]] = await Promise.all([inMemory(), inMemory()])
  near.replicator.replicate(one)
  near.replicator.replicate(two)
  far.replicator.replicate(other)

  const closed = new Promise<void>((resolve) => one.once('close', resolve))
  const wrong = await far.source.get({ blocks: ['wrong key'] })
  const replicator = wrong.core!.replicator as unknown as { core: object; attachTo(mux: Protomux): void }
  // The discovery key is known, the key is not: the capability is made from another key.
  const liar = { ...wrong.core, discoveryKey: ours.discoveryKey, checkIfIdle: (): void => undefined }
  Object.assign(Object.create(replicator), { core: liar }).attachTo(Protomux.from(hostile))
  await closed
  expect(near.errors).toEqual([])
  expect(two.destroyed).toBe(false)
  await carriesOn(near.source, far.source)
})

test('channels without a core or with a short key are refused, and the stream lives on', async () => {
  const [near, far] = [side(), side()]
  const [one, other] = await inMemory()
  near.replicator.replicate(one)
  for (const id of [null, b4a.alloc(31), b4a.alloc(33)]) {
    const channel = Protomux.from(other).createChannel({ protocol: 'hypercore/alpha', id })!
    channel.open()
    await channel.fullyClosed()
  }
  far.replicator.replicate(other)
  expect(near.errors).toEqual([])
  await carriesOn(near.source, far.source)
})

test('a stream that closes while a core opens for it is left alone', async () => {
  const [near, far] = [side(), side()]
  const ours = await near.source.get({ blocks: ['a'] }, { active: false })
  const [[one, other], [two, another]] = await Promise.all([inMemory(), inMemory()])
  const asked = once(near.source, 'asked')
  const works = near.source.open.bind(near.source)
  let openNow = (): void => undefined
  near.source.open = async (discoveryKey) => {
    near.source.emit('asked')
    await new Promise<void>((resolve) => (openNow = resolve))
    return works(discoveryKey)
  }
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  await far.source.get({ key: ours.key! })
  await asked
  await destroyed(one)
  near.source.open = works
  openNow()

  near.replicator.replicate(two)
  far.replicator.replicate(another)
  await carriesOn(near.source, far.source)
  expect(offered(ours, one)).toBe(false)
  expect(near.errors).toEqual([])
})

/** A block appended on either side arrives on the other. */
async function carriesOn(near: StoredCores, far: StoredCores): Promise<void> {
  for (const [from, to] of [
    [near, far],
    [far, near]
  ] as const) {
    const core = await from.get({ blocks: ['carries on'] })
    expect(await read(await to.get({ key: core.key! }))).toBe('carries on')
  }
}

interface TwoDisks {
  near: ReturnType<typeof side>
  far: ReturnType<typeof side>
  /** on a disk of its own: '0' and '1' */
  lost: Session
  copy: Session
  storage: CorestoreStorage
  one: NoiseStream
}

/** A source with one of its cores on another disk than the others. */
async function twoDisks(wire: () => Promise<Wire>): Promise<TwoDisks> {
  const [near, far] = [side(), side()]
  const disk = new StoredCores(temporaryDirectory())
  const lost = await disk.get({
    blocks: ['0', '1']
  })
  near.source.map.set(b4a.toString(lost.discoveryKey!, 'hex'), lost.core!)
  const copy = await far.source.get({ key: lost.key! })
  const [one, other] = await wire()
  near.replicator.replicate(one)
  far.replicator.replicate(other)
  onTestFinished(() => void near.source.map.delete(b4a.toString(lost.discoveryKey!, 'hex')))
  return { near, far, lost, copy, storage: disk.storage, one }
}

/** The database goes away under its cores, as a disk does. */
async function closeUnder(storage: CorestoreStorage): Promise<void> {
  await (storage as unknown as { store: { close(): Promise<void> } }).store?.close?.()
  await storage.close()
}

function raise(err: Error): never {
  throw err
}
