import type { EventEmitter } from 'node:events'
import b4a from 'b4a'
import { MemoryEngine } from '@manycore/kv'
import { expect, onTestFinished, test } from 'vitest'
import type { Corestore, SyncView } from '../../src/index.js'
import { connectOverTcp } from '../kit/connect-over-tcp.js'
import { append, connectAll, filled } from '../kit/mirrors.js'
import { openStore } from '../kit/open-store.js'
import { Stock7, type Store } from '../kit/store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

/** Two stores, the second one with sessions of the cores of the first that are still opening. */
function pair(): [Corestore, Corestore] {
  return [openStore({}, new MemoryEngine()), openStore({}, new MemoryEngine())]
}

test('sessions that are just being opened, by name and by key, are level when synced() resolves', async () => {
  const [a, b] = pair()
  const ours = a.namespace('inner').get({ name: 'log' })
  await ours.append(['one', 'two', 'three'])
  await ours.close()
  const copy = b.get({ key: ours.key! })
  copy.download({ start: 0, end: -1 })
  await connectAll([a, b], 'memory')
  const again = a.namespace('inner').get({ name: 'log' })
  await Promise.all([a.synced(), b.namespace('other').synced()])
  expect([again.length, copy.length, copy.contiguousLength]).toEqual([3, 3, 3])
})

test.each(['to stock', 'from stock'])('with npm corestore 7 at the other side: %s', async (way) => {
  const stock = new Stock7(temporaryDirectory())
  onTestFinished(() => stock.close())
  const ours = openStore({}, new MemoryEngine())
  const [from, to] = (way === 'to stock' ? [ours, stock] : [stock, ours]) as [Store, Store]
  const core = from.get({ name: 'log' })
  await core.append(Array.from({ length: 70 }, (_, i) => b4a.from(`block ${i}`)))
  const copy = to.get({ key: core.key! })
  const download = copy.download({ start: 0, end: 70 })
  onTestFinished(await connectOverTcp(from, to))
  if (way === 'to stock') await download.done() // stock asks for it when it likes
  await ours.synced()
  expect(copy.contiguousLength).toBe(70)
  const told = new Promise((resolve) => copy.once('append', () => resolve(null)))
  await core.append(b4a.from('more'))
  if (way === 'from stock') await told // who knows of it
  await ours.synced()
  expect(copy.length).toBe(71)
  expect(ours.syncView()).toMatchObject({
    isLevel: true,
    streams: [{ isMirroring: false, cores: { total: 1, differing: 0, done: 1 } }]
  })
})

test('progress never goes back, and the last that is told is that all are level', async () => {
  const [a, b] = pair()
  const ours = Array.from({ length: 5 }, (_, i) => a.get({ name: `core ${i}` }))
  for (const core of ours) await core.append(Array.from({ length: 400 }, (_, i) => `block ${i}`))
  for (const core of ours) b.get({ key: core.key! }).download({ start: 0, end: -1 })
  const views: SyncView[] = []
  const last = new Promise<void>((resolve) => {
    b.on('sync', (view) => {
      views.push(view)
      if (view.isLevel && view.streams[0]!.blocks.received === 2000) resolve()
    })
  })
  await connectAll([a, b], 'TCP')
  await last
  const received = views.flatMap(({ streams }) => streams.map(({ blocks }) => blocks.received))
  expect(received).toEqual(received.toSorted((x, y) => x - y))
  for (const { streams } of views) {
    for (const { blocks, bytes, cores } of streams) {
      expect(blocks.received).toBeLessThanOrEqual(blocks.expected)
      expect(bytes.received).toBeLessThanOrEqual(bytes.expected)
      expect(cores.differing).toBeLessThanOrEqual(cores.total)
    }
  }
  expect(views.at(-1)).toMatchObject({
    isLevel: true,
    streams: [{ cores: { total: 5, differing: 0, done: 5 } }]
  })
  expect(
    views.filter(({ isLevel, streams }) => isLevel && streams[0]?.blocks.received === 2000)
  ).toHaveLength(1)
})

test('a store of which nobody listens to "sync" any more does not listen either', async () => {
  const [a] = pair()
  const listeners = (): number => a.replicator.listenerCount('sync')
  const session = a.session()
  const listener = (): void => {}
  expect(listeners()).toBe(0)
  session.on('sync', listener)
  a.once('sync', listener)
  expect(listeners()).toBe(1)
  const told = (): boolean => a.replicator.emit('sync', a.syncView())
  session.off('sync', listener)
  told()
  expect(listeners()).toBe(1)
  a.off('sync', listener)
  told() // the first event that nobody hears is the last one
  expect(listeners()).toBe(0)
  ;(session as unknown as EventEmitter).prependListener('sync', listener)
  expect(listeners()).toBe(1)
  await session.close()
  told()
  expect(listeners()).toBe(0)
})

test('a store has no listeners of its own, and its sessions add none to what they share', async () => {
  const [a] = pair()
  const shared = [a.replicator, a.cores, a] as unknown as EventEmitter[]
  const counts = (): number[] => {
    return shared.flatMap((one) => one.eventNames().map((name) => one.listenerCount(name)))
  }
  expect((a as unknown as EventEmitter).eventNames()).toEqual([])
  a.on('sync', () => {})
  a.on('core-open', () => {})
  const before = counts()
  const sessions = Array.from({ length: 100 }, (_, i) => a.namespace(`${i}`))
  for (const session of sessions as unknown as EventEmitter[]) {
    expect(session.eventNames()).toEqual([])
    for (const event of ['sync', 'core-open', 'core-close', 'conflict']) session.once(event, () => {})
  }
  expect(counts()).toEqual(before)
  await Promise.all(sessions.map((session) => session.close()))
  expect(counts()).toEqual(before)
})

test('closing the store rejects those who wait', async () => {
  const [a, b] = pair()
  const { close } = await connectAll([a, b], 'memory')
  close() // at once: the handshake is never over
  a.replicate(true)
  const waiting = expect(a.synced()).rejects.toMatchObject({ code: 'SESSION_CLOSED' })
  await new Promise((resolve) => setImmediate(resolve))
  await a.close()
  await waiting
  await expect(a.synced()).rejects.toMatchObject({ code: 'SESSION_CLOSED' })
})

test('between mirrors, what differs is in the view although nothing is open', async () => {
  const [a, b] = [await filled(30), await filled(30)]
  for (const name of ['core 3', 'core 4']) {
    await append(a, name, 'second')
    await append(a, name, 'third')
  }
  for (const store of [a, b]) store.mirror()
  const views: SyncView[] = []
  await connectAll([a, b], 'memory')
  expect(b.syncView()).toMatchObject({ isLevel: false, streams: [{ isOpening: true }] })
  while (!b.syncView().isLevel) {
    views.push(b.syncView())
    await new Promise((resolve) => setImmediate(resolve))
  }
  const differing = views.flatMap(({ streams }) => streams[0]!.entries).filter(({ isLevel }) => !isLevel)
  expect(differing.some(({ isOpen, remoteLength }) => !isOpen && remoteLength === 3)).toBe(true)
  expect(Math.max(...views.map(({ streams }) => streams[0]!.cores.differing))).toBe(2)
  expect(b.syncView()).toMatchObject({
    isLevel: true,
    streams: [
      {
        isMirroring: true,
        isOpening: false,
        cores: { total: 30, differing: 0, done: 2 },
        blocks: { received: 4, expected: 4 },
        bytes: { received: 22, expected: 22 }
      }
    ]
  })
  await Promise.all([a.synced(), b.synced()])
})

test.each([0, 1, 2, 3, 5, 8, 13])(
  'a core that closes and is opened again %i turns later is not level in between, at either end',
  async (turns) => {
    const a = openStore({ lingerMs: 0 }, new MemoryEngine())
    const b = openStore({ lingerMs: 0 }, new MemoryEngine())
    const options = { name: 'log', notDownloadingLinger: 0 } as { name: string }
    const core = a.get(options)
    await core.append(['one', 'two'])
    await connectAll([a, b], 'memory')
    await a.synced()
    const closed = core.close()
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve))
    const copy = b.get({ key: core.key! })
    copy.download({ start: 0, end: -1 })
    const again = a.get({ key: core.key! })
    const ends = [a.synced(), b.synced()]
    await ends[0]
    expect(again.opened).toBe(true)
    await ends[1]
    expect(copy.contiguousLength).toBe(2)
    await closed
  }
)
