import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { expect, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { openStore } from '../kit/open-store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

const hex = (key: Uint8Array): string => b4a.toString(key, 'hex')

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}

test('list() gives all discovery keys, or those of a namespace, also before ready()', async () => {
  const store = openStore()
  const inA = store.namespace('a')
  const cores = [
    store.get({ name: 'x' }),
    inA.get({ name: 'x' }),
    inA.get({ name: 'y' }),
    store.get(crypto.randomBytes(32))
  ]
  expect(await collect(openStore().list())).toEqual([])
  await Promise.all(cores.map((core) => core.ready()))
  const sorted = (keys: Uint8Array[]): string[] => keys.map(hex).toSorted()
  expect(sorted(await collect(store.list()))).toEqual(sorted(cores.map((core) => core.discoveryKey!)))
  expect(sorted(await collect(store.list(inA.ns)))).toEqual(
    sorted([cores[1]!.discoveryKey!, cores[2]!.discoveryKey!])
  )
})

test('getAuth() tells who a stored core is without opening it', async () => {
  const store = openStore()
  const core = store.get({ name: 'a' })
  await core.ready()
  const auth = await store.getAuth(core.discoveryKey!)
  expect(auth!.key).toEqual(core.key)
  expect(auth!.keyPair!.publicKey).toEqual(core.keyPair!.publicKey)
  expect(await store.getAuth(crypto.randomBytes(32))).toBe(null)
})

test('audit() verifies every stored core and closes what it opened', async () => {
  const store = openStore()
  for (const name of ['a', 'b']) {
    const core = store.get({ name })
    await core.append([b4a.from('x'), b4a.from('y')])
    await core.close()
  }
  const rows = await collect(store.audit({ dryRun: true }))
  expect(rows).toHaveLength(2)
  for (const { key, audit } of rows) {
    expect(key.byteLength).toBe(32)
    expect(audit).toMatchObject({ droppedBlocks: 0, droppedBits: 0, droppedTreeNodes: 0 })
  }
  expect([...store.sessions]).toEqual([])
})

test('staticify() gives a core whose key commits to the data of now', async () => {
  const store = openStore()
  const core = store.get({ name: 'a', valueEncoding: 'utf-8' })
  await expect(store.staticify(core)).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
  await core.append(['x', 'y'])
  const fixed = await store.staticify(core)
  expect(fixed.length).toBe(2)
  expect(b4a.toString(await fixed.get(1))).toBe('y')
  expect(fixed.writable).toBe(false)
  expect(fixed.key).not.toEqual(core.key)
})

test('staticify() leaves the source as it was, also after both have grown apart and been reopened', async () => {
  const directory = temporaryDirectory()
  const store = new Corestore(directory)
  const keyPair = await store.createKeyPair('signer')
  const core = store.get({ keyPair, valueEncoding: 'utf-8' })
  await core.append(['x', 'y'])
  const fixed = await store.staticify(core)
  const again = await store.staticify(core)
  expect(again.key).toEqual(fixed.key)
  await core.append('z')
  const keys = [core.key!, fixed.key!]
  await store.close()

  const reopened = openStore({}, directory)
  const [source, copy] = keys.map((key) => reopened.get({ key, valueEncoding: 'utf-8' }))
  await Promise.all([source!.ready(), copy!.ready()])
  expect([source!.length, source!.writable, await source!.get(2)]).toEqual([3, true, 'z'])
  expect([copy!.length, copy!.writable, await copy!.get(1)]).toEqual([2, false, 'y'])
})

test('a closed core reopens with what was written', async () => {
  const store = openStore({ lingerMs: 0 })
  const core = store.get({ name: 'a', valueEncoding: 'utf-8' })
  await core.append('x')
  const left = new Promise((resolve) => store.once('core-close', resolve))
  await core.close()
  await left
  expect(store.cores.size).toBe(0)
  const again = store.get({ name: 'a', valueEncoding: 'utf-8' })
  expect(await again.get(0)).toBe('x')
})

test('the fields that others read are there', async () => {
  const store = openStore()
  const core = store.get({ name: 'a' })
  await core.ready()
  const id = hex(core.discoveryKey!)
  expect(store.cores.map.has(id)).toBe(true)
  expect(store.cores.get(core.discoveryKey!)).toBe(core.core)
  expect(store.cores.get(id)).toBe(core.core)
  expect([...store.cores]).toEqual([core.core])
  expect(store.cores.size).toBe(1)
  expect([...store.sessions]).toEqual([core])
  expect(store.sessions.get(core.id!)).toEqual([core])
  expect(store.sessions.list()).toEqual([core])
  expect(store.sessions.size).toBe(1)
  expect(store.corestores.size).toBe(0)
  expect(store.watchers).toBe(null)
  expect(store.streamTracker.records).toEqual([])
})
