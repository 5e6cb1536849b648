import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { SessionTable } from '../../src/index.js'
import { newCore } from '../kit/new-core.js'
import { openTable } from '../kit/open-table.js'

test('two sessions share one inner core', async () => {
  const { table } = openTable()
  const scope = table.scope()
  const who = newCore()
  const a = scope.session<string>(table.openCore(who), { valueEncoding: 'utf-8' })
  const b = scope.session<string>(table.openCore({ key: who.key }), { valueEncoding: 'utf-8' })
  await a.append('hello')
  expect(await b.get(0)).toBe('hello')
  expect(a.core).toBe(b.core)
  expect(table.size).toBe(1)
})

test('key, discovery key and manifest lead to the same core', () => {
  const { table } = openTable()
  const { key, discoveryKey, manifest, keyPair } = newCore()
  const core = table.openCore({ keyPair, manifest })
  expect(table.openCore({ key })).toBe(core)
  expect(table.openCore({ discoveryKey })).toBe(core)
  expect(table.openCore({ manifest })).toBe(core)
  expect(table.openCore({ key, discoveryKey, manifest })).toBe(core)
})

test('a core is found by its discovery key as bytes, hex or upper-case hex', async () => {
  const { table } = openTable()
  const { key, discoveryKey } = newCore()
  const hex = Buffer.from(discoveryKey).toString('hex')
  expect(table.get(discoveryKey)).toBe(null)
  const core = table.openCore({ key })
  for (const id of [discoveryKey, hex, hex.toUpperCase()]) expect(table.get(id)).toBe(core)
  expect(table.map.has(hex)).toBe(true)
  expect(table.opened(hex)).toBe(false)
  await core.ready()
  expect(table.opened(hex)).toBe(true)
  expect([...table]).toEqual([core])
})

test('a core has the format, key and writability that a plain Hypercore gives it', async () => {
  const { table } = openTable()
  const who = newCore()
  const session = table.scope().session(table.openCore(who))
  await session.ready()
  expect(session.key).toEqual(who.key)
  expect(session.writable).toBe(true)
  expect(session.manifest?.signers[0]?.publicKey).toEqual(who.keyPair.publicKey)
})

test('every option of a new core reaches Hypercore', async () => {
  const { table, storage } = openTable()
  const alias = { name: 'log', namespace: new Uint8Array(32).fill(7) }
  const group = new Uint8Array(32).fill(9)
  const globalCache = {}
  const core = table.openCore({
    ...newCore(),
    alias,
    group,
    globalCache,
    inflightRange: [3, 5],
    notDownloadingLinger: 77,
    allowFork: false,
    allowPush: true,
    allowLatestBlock: true,
    userData: [{ key: 'who', value: Buffer.from('me') }]
  })
  await core.ready()
  expect(core.header?.group?.key).toEqual(group)
  expect(await storage.getAlias(alias)).toEqual(core.discoveryKey)
  expect(core).toMatchObject({ globalCache, autoClose: false, compat: false })
  expect(core.replicator).toMatchObject({
    inflightRange: [3, 5],
    _notDownloadingLinger: 77,
    allowFork: false,
    allowPush: true,
    _alwaysLatestBlockEnabled: true,
    eagerUpgrade: true
  })
  const session = table.scope().session(core)
  expect(String(await session.getUserData('who'))).toBe('me')
})

test('options left out are those of Corestore 7', async () => {
  const { table } = openTable()
  const core = table.openCore({ key: newCore().key })
  await core.ready()
  expect(core.replicator).toMatchObject({
    allowFork: true,
    allowPush: false,
    _alwaysLatestBlockEnabled: false,
    eagerUpgrade: true
  })
  expect(core).toMatchObject({ compat: false, globalCache: null })
})

test('overwrite starts a stored core anew', async () => {
  const { table, storage } = openTable()
  const who = newCore()
  await table.scope().session(table.openCore(who)).append(Buffer.from('old'))
  await table.close()

  const again = new SessionTable(storage)
  const session = again.scope().session(again.openCore({ ...who, overwrite: true }))
  await session.ready()
  expect(session.length).toBe(0)
  await again.close()
})

test('what one table wrote another reads', async () => {
  const { table, storage } = openTable()
  const who = newCore()
  await table.scope().session(table.openCore(who)).append(Buffer.from('kept'))
  await table.close()

  const again = new SessionTable(storage)
  const session = again.scope().session(again.openCore({ discoveryKey: who.discoveryKey }))
  expect(String(await session.get(0))).toBe('kept')
  await again.close()
})

test('a session has its key at once when the core has', () => {
  const { table } = openTable()
  const who = newCore()
  const session = table.scope().session(table.openCore(who))
  expect(session.key).toEqual(who.key)
  expect(session.id).toBe(table.openCore(who).id)
  expect(session).toBeInstanceOf(Hypercore)
})
