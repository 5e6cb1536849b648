import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { openStorage } from '@manycore/storage-adapters'
import { describe, expect, test } from 'vitest'
import type { Hypercore } from '@manycore/hypercore-types'
import { Corestore } from '../../src/index.js'
import { openStore } from '../kit/open-store.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

const key = crypto.randomBytes(32)
const keyPair = crypto.keyPair()

/** After a refused call the store works as before. */
async function works(store: Corestore): Promise<void> {
  const core = store.get({ name: 'still works' })
  await core.append(b4a.from('x'))
  await core.close()
}

async function ready(core: Hypercore): Promise<Hypercore> {
  await core.ready()
  return core
}

const bad = (field: string) => expect.objectContaining({ code: 'BAD_ARGUMENT', field, name: 'TypeError' })

describe('get() refuses', () => {
  test.each([
    ['a number as name', { name: 7 }, 'name'],
    ['an object as name', { name: {} }, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['empty bytes as name', { name: b4a.alloc(0) }, 'name'],
    ['a name longer than a database key may be', { name: 'x'.repeat(2001) }, 'name'],
    ['a short key', { key: b4a.alloc(31) }, 'key'],
    ['a key that is no key', 'hello', 'key'],
    ['a key that decodes to nothing', { key: 'z'.repeat(64) }, 'key'],
    ['a short discovery key', { discoveryKey: b4a.alloc(33) }, 'discoveryKey'],
    ['nothing', undefined, 'key'],
    ['null', null, 'key'],
    ['a key that is null', { key: null }, 'key'],
    ['a key that is undefined', { key: undefined }, 'key'],
    ['a discovery key that is null', { discoveryKey: null, active: false }, 'discoveryKey'],
    ['a manifest that is null', { manifest: null }, 'manifest'],
    ['a key pair that is null', { keyPair: null }, 'keyPair'],
    ['a number', 7, 'options'],
    ['no identity', {}, 'name'],
    ['a key and another discovery key', { key, discoveryKey: crypto.randomBytes(32) }, 'discoveryKey'],
    [
      'a key and the manifest of another core',
      { key, manifest: { signers: [{ publicKey: key }] } },
      'manifest'
    ],
    ['a name and a key pair', { name: 'a', keyPair }, 'keyPair'],
    ['a key pair without a public key', { keyPair: {} }, 'keyPair.publicKey'],
    ['a short secret key', { keyPair: { publicKey: key, secretKey: key } }, 'keyPair.secretKey'],
    ['a manifest that is none', { manifest: { signers: [], quorum: 3 } }, 'manifest'],
    ['a short encryption key', { name: 'a', encryptionKey: b4a.alloc(5) }, 'encryptionKey'],
    ['a misspelt key to encrypt with', { name: 'a', encryption: { Key: key } }, 'encryption.Key'],
    [
      'encryption with a key that is undefined',
      { name: 'a', encryption: { key: undefined } },
      'encryption.key'
    ],
    ['encryption with a short key', { name: 'a', encryption: { key: b4a.alloc(5) } }, 'encryption.key'],
    [
      'half an encryption provider',
      { name: 'a', encryption: { padding() {}, encrypt() {} } },
      'encryption.padding'
    ],
    ['encryption that is none', { name: 'a', encryption: true }, 'encryption'],
    ['a group that is no topic', { name: 'a', group: b4a.alloc(5) }, 'group'],
    ['a flag that is no boolean', { name: 'a', writable: 'yes' }, 'writable'],
    ['a preload that gives nothing', { preload: 7 }, 'preload']
  ])('%s', async (_, input, field) => {
    const store = openStore()
    expect(() => store.get(input as never)).toThrow(bad(field))
    expect(store.cores.size).toBe(0)
    await works(store)
  })

  test.each([
    [(core: Hypercore) => core.key, 'key is null'],
    [(core: Hypercore) => ({ key: core.key }), 'key is null'],
    [(core: Hypercore) => ({ key: core.key ?? undefined }), 'key is undefined'],
    [(core: Hypercore) => Object.create({ key: core.key }), 'key is null'],
    [(core: Hypercore) => ({ discoveryKey: core.discoveryKey }), 'discoveryKey is null'],
    [(core: Hypercore) => ({ manifest: core.manifest }), 'manifest is null']
  ])('what a core does not know before it is ready: %o', async (ask, message) => {
    const store = openStore()
    const core = store.get({ name: 'unready' })
    expect(() => store.get(ask(core) as never)).toThrow(`BAD_ARGUMENT: ${message}: await core.ready() first?`)
    await core.ready()
    await store.get(ask(core) as never).ready()
  })

  test('nothing of a key that is null where a name says which core is meant', async () => {
    const store = openStore()
    const core = store.get({ name: 'log', key: null, keyPair: null } as never)
    await core.ready()
    expect(core.key).toEqual((await ready(store.get({ name: 'log' }))).key)
  })

  test.each([
    ['a key', { key }],
    ['a discovery key', { discoveryKey: crypto.discoveryKey(key) }]
  ])('a name together with %s of another core, also once the name is stored', async (_, other) => {
    const store = openStore()
    const refused = { code: 'STORAGE_CONFLICT' }
    await expect(store.get({ ...other, name: 'still works' }).ready()).rejects.toMatchObject(refused)
    await works(store)
    await expect(store.get({ ...other, name: 'still works' }).ready()).rejects.toMatchObject(refused)
    await works(store)
  })

  test('an async preload that rejects, with that error', async () => {
    const store = openStore()
    const err = new Error('no options today')
    const core = store.get({ preload: Promise.reject(err) })
    await expect(core.ready()).rejects.toBe(err)
    expect([...store.sessions]).toEqual([])
    await works(store)
  })

  test('a preload that names nothing', async () => {
    const store = openStore()
    const core = store.get({ preload: async () => ({}) })
    await expect(core.ready()).rejects.toMatchObject({ code: 'PRELOAD_FAILED', cause: { field: 'name' } })
    await works(store)
  })

  test('a discovery key that is not stored', async () => {
    const store = openStore()
    const core = store.get({ discoveryKey: crypto.randomBytes(32) })
    await expect(core.ready()).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
    expect(store.cores.size).toBe(0)
    await works(store)
  })
})

describe('the constructor refuses', () => {
  test.each([
    ['no storage', undefined, {}, 'storage'],
    ['a number as storage', 7, {}, 'storage'],
    ['an empty path', '', {}, 'storage'],
    ['a short primary key', 'dir', { primaryKey: b4a.alloc(31), unsafe: true }, 'primaryKey'],
    ['text as primary key', 'dir', { primaryKey: 'x'.repeat(32), unsafe: true }, 'primaryKey'],
    ['a short namespace', 'dir', { namespace: b4a.alloc(31) }, 'namespace'],
    ['an unknown manifest version', 'dir', { manifestVersion: 4 }, 'manifestVersion'],
    ['a flag that is no boolean', 'dir', { active: 1 }, 'active'],
    ['options that are none', 'dir', 7, 'options']
  ])('%s', (_, storage, opts, field) => {
    const path = storage === 'dir' ? temporaryDirectory() : storage
    expect(() => new Corestore(path as string, opts as never)).toThrow(bad(field))
  })

  test('a primary key without unsafe', () => {
    const make = (): Corestore => new Corestore(temporaryDirectory(), { primaryKey: key })
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_ASSERTION' }))
  })

  test('a primary key or a cache for a session, and what does not exist', async () => {
    const store = openStore()
    expect(() => store.session({ globalCache: {} } as never)).toThrow(bad('globalCache'))
    expect(() => store.namespace('a', { detach: false } as never)).toThrow(bad('detach'))
    expect(() => store.session({ primaryKey: key } as never)).toThrow(bad('primaryKey'))
    await works(store)
  })
})

test.each([
  [
    'new Corestore()',
    { lingerMS: 1 },
    'lingerMs',
    (opts: object) => new Corestore(temporaryDirectory(), opts)
  ],
  ['Corestore.from()', { treecache: {} }, 'treeCache', (opts: object) => Corestore.from('dir', opts)],
  ['session()', { readonly: true }, 'readOnly', (opts: object) => openStore().session(opts)],
  ['namespace()', { polcy: {} }, 'policy', (opts: object) => openStore().namespace('a', opts)],
  ['get()', { encryptionkey: key }, 'encryptionKey', (opts: object) => openStore().get({ key, ...opts })],
  ['replicate()', { keepalive: 1 }, 'keepAlive', (opts: object) => openStore().replicate(true, opts)],
  ['openStorage()', { readonly: true }, 'readOnly', (opts: object) => openStorage('dir', opts)]
])('a misspelt option of %s is refused, and the right one named', (_, opts, right, call) => {
  const [typo] = Object.keys(opts)
  expect(() => call(opts)).toThrow(bad(typo!))
  expect(() => call(opts)).toThrow(`${typo} is not an option; did you mean ${right}?`)
})

test('another primary key than the stored one is refused, and nothing is written or left locked', async () => {
  const directory = temporaryDirectory()
  const first = new Corestore(directory)
  await first.ready()
  const { primaryKey } = first
  await first.close()

  const wrong = new Corestore(directory, { primaryKey: key, unsafe: true })
  const early = [wrong.get({ name: 'a' }), wrong.get(crypto.randomBytes(32)), wrong.get({ keyPair })]
  await expect(wrong.ready()).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' })
  for (const core of early) await expect(core.ready()).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' })
  expect(() => wrong.get({ name: 'a' })).toThrow(expect.objectContaining({ code: 'SESSION_CLOSED' }))
  await wrong.close()

  const again = openStore({}, directory)
  await again.ready()
  expect(again.primaryKey).toEqual(primaryKey)
  expect(await collect(again.list())).toEqual([])
  await works(again)
})

test('a store that is open is locked for a second one, which leaves no lock behind', async () => {
  const directory = temporaryDirectory()
  const first = openStore({}, directory)
  await first.ready()
  const second = new Corestore(directory)
  await expect(second.ready()).rejects.toMatchObject({ code: 'ELOCKED' })
  await second.close()
  await works(first)
  await first.close()
  await works(openStore({}, directory))
})

describe('other calls refuse', () => {
  test.each([
    ['replicate', undefined, 'isInitiator'],
    ['replicate', 7, 'isInitiator'],
    ['replicate', {}, 'isInitiator'],
    ['replicate', { pipe() {} }, 'isInitiator'],
    ['list', b4a.alloc(31), 'namespace'],
    ['notifyGroup', 'topic', 'topic'],
    ['namespace', 7, 'name'],
    ['namespace', undefined, 'name']
  ] as const)('%s(%o)', async (method, input, field) => {
    const store = openStore()
    await store.ready()
    expect(() => store[method](input as never)).toThrow(bad(field))
    await works(store)
  })

  test('createKeyPair(7) and getAuth of no key', async () => {
    const store = openStore()
    await expect(store.createKeyPair(7 as never)).rejects.toMatchObject({ field: 'name' })
    await expect(store.createKeyPair('a', b4a.alloc(3))).rejects.toMatchObject({ code: 'BAD_ARGUMENT' })
    await expect(store.getAuth('x')).rejects.toMatchObject({ field: 'discoveryKey' })
    await works(store)
  })
})

test('everything after close() is refused with SESSION_CLOSED', async () => {
  const store = new Corestore(temporaryDirectory())
  const session = store.session()
  await store.close()
  const closed = expect.objectContaining({ code: 'SESSION_CLOSED' })
  for (const it of [store, session]) {
    expect(() => it.get({ name: 'a' })).toThrow(closed)
    expect(() => it.get({ key })).toThrow(closed)
    expect(() => it.session()).toThrow(closed)
    expect(() => it.namespace('a')).toThrow(closed)
    expect(() => it.replicate(true)).toThrow(closed)
    expect(() => it.list()).toThrow(closed)
    expect(() => it.watch(() => {})).toThrow(closed)
    expect(() => it.notifyGroup(key)).toThrow(closed)
    await expect(it.createKeyPair('a')).rejects.toEqual(closed)
    await expect(it.getAuth(key)).rejects.toEqual(closed)
    await expect(it.staticify({} as never)).rejects.toEqual(closed)
    await expect(collect(it.audit())).rejects.toEqual(closed)
    expect(() => it.findingPeers()).toThrow(closed)
    await expect(it.suspend()).rejects.toEqual(closed)
    await expect(it.resume()).rejects.toEqual(closed)
    expect(catching(() => it.get({ key }))).not.toHaveProperty('cause') // there is none to print
    await it.close()
  }
})

function catching(call: () => unknown): unknown {
  try {
    return call()
  } catch (err) {
    return err
  }
}

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}
