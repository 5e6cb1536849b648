import b4a from 'b4a'
import { deriveNamespace } from '@manycore/keychain'
import { expect, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { openStore } from '../kit/open-store.js'

test('namespaces are chained and give cores of their own', async () => {
  const store = openStore()
  const [a, b] = [store.namespace('a'), store.namespace('a').namespace('b')]
  const cores = [store, a, b].map((from) => from.get({ name: 'main' }))
  await Promise.all(cores.map((core) => core.ready()))
  expect(new Set(cores.map((core) => core.id)).size).toBe(3)
  expect(b.ns).toEqual(deriveNamespace(a.ns, 'b'))
})

test('a session keeps namespace, manifest version and root', async () => {
  const store = openStore()
  const namespace = store.namespace('a', { manifestVersion: 2 })
  const session = namespace.session()
  expect(session.ns).toEqual(namespace.ns)
  expect(session.manifestVersion).toBe(2)
  expect(session.root).toBe(store)
  const [there, here] = [namespace.get({ name: 'x' }), session.get({ name: 'x' })]
  await Promise.all([there.ready(), here.ready()])
  expect(here.key).toEqual(there.key)
})

test('closing a session closes its cores’ sessions and leaves other stores open', async () => {
  const store = openStore()
  const session = store.session()
  const [mine, yours] = [session.get({ name: 'a' }), store.get({ name: 'a' })]
  await Promise.all([mine.ready(), yours.ready()])
  await session.close()
  expect(mine.closed).toBe(true)
  expect(yours.closed).toBe(false)
  await yours.append(b4a.from('x'))
  expect(store.corestores.has(session)).toBe(false)
})

test('closing the root store closes sessions, namespaces and sessions still opening', async () => {
  const store = openStore()
  const namespace = store.namespace('a').session()
  const open = namespace.get({ name: 'a' })
  await open.ready()
  const opening = namespace.get({ name: 'b' })
  await store.close()
  expect([namespace.closed, open.closed, opening.closed]).toEqual([true, true, true])
  expect(store.cores.map.size).toBe(0)
})

test('primary key, storage and cores are shared with sessions', async () => {
  const store = openStore()
  const session = store.session()
  await session.ready()
  expect(session.primaryKey).toBe(store.primaryKey)
  expect(session.storage).toBe(store.storage)
  expect(session.cores).toBe(store.cores)
})

test('the same name and namespace give the same key pair, another store another', async () => {
  const [store, other] = [openStore(), openStore()]
  const pair = await store.createKeyPair('a')
  expect(await store.session().createKeyPair('a')).toEqual(pair)
  expect(await store.namespace('x').createKeyPair('a', store.ns)).toEqual(pair)
  expect(await store.namespace('x').createKeyPair('a')).not.toEqual(pair)
  expect(await other.createKeyPair('a')).not.toEqual(pair)
  const core = store.get({ name: 'a' })
  await core.ready()
  expect(core.keyPair!.publicKey).toEqual(pair.publicKey)
})

test('from() returns stores unchanged and opens anything else', async () => {
  const store = openStore()
  await store.ready()
  expect(Corestore.from(store)).toBe(store)
  expect(Corestore.isCorestore(store.session())).toBe(true)
  expect([{}, null, 'dir', 7, store.storage].some(Corestore.isCorestore)).toBe(false)
  const same = Corestore.from(store.storage)
  await same.ready()
  expect(same.primaryKey).toEqual(store.primaryKey)
})
