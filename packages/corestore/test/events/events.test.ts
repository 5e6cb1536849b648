import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import type { GroupUpdate, Hypercore, InnerCore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { openStore } from '../kit/open-store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

const next = <T>(on: (resolve: (value: T) => void) => unknown): Promise<T> => new Promise(on)

test('core-open and core-close carry a session that keeps nothing open', async () => {
  const store = openStore({ lingerMs: 0 })
  const opened: Hypercore[] = []
  store.on('core-open', (core) => void opened.push(core))
  const closed = next<Hypercore>((resolve) => store.once('core-close', resolve))
  const core = store.namespace('a').get({ name: 'a' })
  await core.append(b4a.from('x'))
  expect(opened).toHaveLength(1)
  await opened[0]!.ready()
  expect(opened[0]!.key).toEqual(core.key)
  expect(opened[0]!.length).toBe(1)
  await core.close()
  expect((await closed).key).toEqual(core.key)
})

test('a listener that comes late hears of cores that were open before', async () => {
  const store = openStore({ lingerMs: 0 })
  const core = store.get({ name: 'a' })
  await core.ready()
  const closed = next<Hypercore>((resolve) => store.once('core-close', resolve))
  await core.close()
  expect((await closed).key).toEqual(core.key)
})

test('two histories signed by one key are a conflict', async () => {
  const keyPair = crypto.keyPair()
  const [a, b] = [openStore(), openStore()]
  const [mine, yours] = [a.get({ keyPair }), b.get({ keyPair })]
  await mine.append(b4a.from('one history'))
  await yours.append([b4a.from('another'), b4a.from('history')])
  const conflict = next<[Hypercore, number]>((resolve) =>
    a.once('conflict', (core, length) => resolve([core, length]))
  )
  const [near, far] = [a.replicate(true), b.replicate(false)]
  near.on('error', () => {})
  far.on('error', () => {})
  near.pipe(far as never)
  far.pipe(near as never)
  const [core, length] = await conflict
  expect(core.key).toEqual(mine.key)
  expect(length).toBe(1)
})

test('watch() calls back for every core until unwatch()', async () => {
  const store = openStore()
  const seen: InnerCore[] = []
  const fn = (core: InnerCore): void => void seen.push(core)
  store.watch(fn)
  store.watch(fn)
  expect(store.watchers!.size).toBe(1)
  const core = store.namespace('a').get({ name: 'a' })
  await core.ready()
  await store.get({ name: 'b' }).ready()
  await store.get({ name: 'b' }).ready()
  expect(seen.map((inner) => inner.key)).toContainEqual(core.key)
  expect(seen).toHaveLength(2)
  store.unwatch(fn)
  expect(store.watchers).toBe(null)
  await store.get({ name: 'c' }).ready()
  expect(seen).toHaveLength(2)
})

test('a group tells of its cores’ updates and lists them', async () => {
  const store = openStore()
  const topic = crypto.randomBytes(32)
  const handle = store.notifyGroup(topic)
  const updates: GroupUpdate[] = []
  const active: Uint8Array[] = []
  handle.on('update', (update) => void updates.push(update))
  store.on('group-active', (of) => void active.push(of))

  const core = store.namespace('a').get({ name: 'a', group: topic })
  await core.append(b4a.from('x'))
  await store.get({ name: 'not in the group' }).append(b4a.from('x'))
  expect(updates).toHaveLength(1)
  expect(updates[0]!.key).toEqual(core.key)
  expect(active).toEqual([topic])

  const listed: Uint8Array[] = []
  for await (const key of handle.updates()) listed.push(key)
  expect(listed).toEqual([core.key])
  for await (const key of store.notifyGroup(crypto.randomBytes(32)).updates()) expect(key).toBe(null)

  handle.destroy()
  await core.append(b4a.from('y'))
  expect(updates).toHaveLength(1)
})

test('findingPeers() holds back "not found" in sessions of the store, also later ones', async () => {
  const store = openStore()
  const [early, key] = [store.get({ name: 'a' }), crypto.randomBytes(32)]
  await early.ready()
  const done = [store.findingPeers(), store.findingPeers()]
  const late = store.get(key)
  await late.ready()
  const updated = late.update()
  done[0]!()
  done[0]!()
  let settled = false
  void updated.then(() => (settled = true))
  await early.has(0)
  expect(settled).toBe(false)
  done[1]!()
  expect(await updated).toBe(false)
})

test('suspend() releases the lock until resume()', async () => {
  const directory = temporaryDirectory()
  const store = openStore({}, directory)
  const core = store.get({ name: 'a', valueEncoding: 'utf-8' })
  await core.append('before')
  const log: string[] = []
  await store.suspend({ log: (message) => void log.push(message) })
  expect(log.length).toBeGreaterThan(1)
  const pending = core.append('while suspended')
  await store.resume()
  await pending
  expect(await core.get(1)).toBe('while suspended')

  const never = new Corestore(temporaryDirectory(), { suspend: false })
  await never.suspend()
  await never.get({ name: 'a' }).append(b4a.from('x'))
  await never.close()
})
