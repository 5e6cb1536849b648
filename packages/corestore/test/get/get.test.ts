import b4a from 'b4a'
import ID from 'hypercore-id-encoding'
import crypto from 'hypercore-crypto'
import type { Hypercore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { openStore } from '../kit/open-store.js'

const primaryKey = b4a.alloc(32, 1)

test('a name gives the key of the golden vector', async () => {
  const core = openStore({ primaryKey, unsafe: true }).get({ name: 'main' })
  expect(core.key).toBe(null)
  await core.ready()
  expect(b4a.toString(core.key!, 'hex')).toMatch(/^985119e145d521e0/)
  expect(core.writable).toBe(true)
})

test('a key is known at once, whatever its form', async () => {
  const store = openStore()
  const key = crypto.randomBytes(32)
  const forms = [key, b4a.toString(key, 'hex'), ID.encode(key), { key }, { key: ID.encode(key) }]
  const cores = forms.map((form) => store.get(form as { key: Uint8Array }))
  for (const core of cores) expect(core.key).toEqual(key)
  await Promise.all(cores.map((core) => core.ready()))
  expect(store.cores.size).toBe(1)
  expect(cores[0]!.writable).toBe(false)
})

test('sessions of one core see each other’s appends', async () => {
  const store = openStore()
  const [a, b] = [store.get({ name: 'log' }), store.get({ name: 'log' })]
  await Promise.all([a.ready(), b.ready()])
  await a.append(b4a.from('hello'))
  expect(b4a.toString(await b.get(0))).toBe('hello')
  await a.close()
  expect(b.length).toBe(1)
})

test('a name given as bytes and as its text mean one core', async () => {
  const store = openStore()
  const [text, bytes] = [store.get({ name: 'naïve' }), store.get({ name: b4a.from('naïve') })]
  await Promise.all([text.ready(), bytes.ready()])
  expect(bytes.key).toEqual(text.key)
})

test('bytes that are no text name cores of their own, also after reopening', async () => {
  const store = openStore()
  const names = [b4a.from([255, 254]), b4a.from([255, 253])]
  const [a, b] = names.map((name) => store.get({ name }))
  await a!.append(b4a.from('a'))
  await b!.append([b4a.from('b'), b4a.from('b')])
  expect(a!.key).not.toEqual(b!.key)
  await Promise.all([a!.close(), b!.close()])
  const again = store.get({ name: names[0]! })
  await again.ready()
  expect(again.length).toBe(1)
  expect(again.writable).toBe(true)
})

test('a discovery key finds what is stored', async () => {
  const store = openStore()
  const core = store.get({ name: 'a' })
  await core.ready()
  const found = store.get({ discoveryKey: core.discoveryKey! })
  await found.ready()
  expect(found.key).toEqual(core.key)
})

test('a name makes a core writable that was first opened by key', async () => {
  const store = openStore({ primaryKey, unsafe: true })
  const other = openStore({ primaryKey, unsafe: true })
  const original = other.get({ name: 'main' })
  await original.ready()
  const mirror = store.get(original.key!)
  await mirror.ready()
  expect(mirror.writable).toBe(false)
  await mirror.close()
  const named = store.get({ name: 'main' })
  await named.ready()
  expect(named.writable).toBe(true)
  await named.append(b4a.from('x'))
  expect(named.length).toBe(1)
})

test('a key pair and its manifest give the same core, known at once', async () => {
  const store = openStore()
  const keyPair = await store.createKeyPair('signer')
  const core = store.get({ keyPair })
  const again = store.get({ manifest: { version: 1, signers: [{ publicKey: keyPair.publicKey }] } })
  expect(core.key).toEqual(again.key)
  await core.append(b4a.from('signed'))
  expect(core.writable).toBe(true)
  expect(again.writable).toBe(true)
})

test('a manifest given with a name is stored under the name', async () => {
  const store = openStore()
  const signers = await Promise.all(
    ['name', 'other'].map(async (name) => (await store.createKeyPair(name)).publicKey)
  )
  const manifest = { version: 1, quorum: 1, signers: signers.map((publicKey) => ({ publicKey })) }
  const core = store.get({ name: 'name', manifest })
  await core.append(b4a.from('signed by one of two'))
  await core.close()
  const again = store.get({ name: 'name' })
  await again.ready()
  expect(again.key).toEqual(core.key)
  expect(again.manifest!.signers).toHaveLength(2)
})

test('options that Hypercore knows reach it', async () => {
  const store = openStore()
  const seen: number[] = []
  const core = store.get({
    name: 'a',
    userData: { note: b4a.from('kept') },
    encodeBatch: (batch) => batch.map((value) => b4a.from(`<${String(value)}>`)),
    onseq: (seq) => void seen.push(seq)
  })
  await core.append(['one', 'two'] as never)
  expect(b4a.toString((await core.get(1)) as Uint8Array)).toBe('<two>')
  expect(seen).toEqual([1])
  expect(b4a.toString((await core.getUserData('note'))!)).toBe('kept')
})

test('values are decoded as the options say', async () => {
  const store = openStore()
  const core = store.get<{ n: number }>({ name: 'json', valueEncoding: 'json' })
  await core.append({ n: 1 })
  expect(await core.get(0)).toEqual({ n: 1 })
  const text = store.get({ name: 'text', valueEncoding: 'utf-8' })
  await text.append('hi')
  expect(await text.get(0)).toBe('hi')
})

test('options may come later, from a promise or a function', async () => {
  const store = openStore()
  const plain = store.get({ name: 'late', valueEncoding: 'utf-8' })
  await plain.append('x')
  for (const preload of [
    Promise.resolve({ name: 'late' }),
    () => ({ name: 'late' }),
    async () => ({ name: 'late' })
  ]) {
    const core = store.get({ preload, valueEncoding: 'utf-8' })
    await core.ready()
    expect(core.key).toEqual(plain.key)
    expect(await core.get(0)).toBe('x')
  }
})

test('an encrypted core is read with its key only', async () => {
  const store = openStore()
  const encryptionKey = crypto.randomBytes(32)
  const core = store.get({ name: 'secret', encryptionKey })
  await core.append(b4a.from('plain'))
  const blind = store.get(core.key!)
  expect(b4a.toString(await core.get(0))).toBe('plain')
  expect(b4a.toString(await blind.get(0))).not.toContain('plain')
})

test('an encryption provider is used as it is', async () => {
  const store = openStore()
  const flip = (_index: number, block: Uint8Array): void => block.forEach((byte, i) => (block[i] = byte ^ 1))
  class Flipping {
    padding = (): number => 0
    encrypt = flip
    decrypt = flip
  }
  const core = store.get({ name: 'flipped', encryption: new Flipping() })
  await core.append(b4a.from('b'))
  expect(b4a.toString(await store.get(core.key!).get(0))).toBe('c')
  expect(b4a.toString(await core.get(0))).toBe('b')
})

test('no session of a read-only store is writable', async () => {
  const store = openStore()
  const readOnly = store.session({ writable: false })
  for (const from of [readOnly, readOnly.session({ writable: true }), readOnly.namespace('a')]) {
    const core = from.get({ name: 'a', writable: true })
    await core.ready()
    expect(core.writable).toBe(false)
    await expect(core.append(b4a.from('x'))).rejects.toThrow()
  }
})

test('readOnly: true gives a session that is not writable, whatever writable says', async () => {
  const store = openStore()
  const writer = store.get({ name: 'a', readOnly: false })
  await writer.append(b4a.from('x'))
  const late = { preload: async () => ({ name: 'a', readOnly: true }) }
  for (const opts of [{ name: 'a', readOnly: true }, { name: 'a', readOnly: true, writable: true }, late]) {
    const core = store.get(opts)
    await core.ready()
    expect([core.writable, writer.writable]).toEqual([false, true])
    await expect(core.append(b4a.from('y'))).rejects.toThrow()
  }
})

test('a namespace or manifest version of get() is refused, unless it is the store’s, which says nothing', async () => {
  const store = openStore()
  const elsewhere = store.namespace('a')
  const get = (opts: object): Hypercore => store.get({ name: 'log', ...opts })
  expect(() => get({ namespace: elsewhere.ns })).toThrow('call store.namespace(name).get() instead')
  expect(() => get({ namespace: 'a' })).toThrow(expect.objectContaining({ field: 'namespace' }))
  expect(() => get({ manifestVersion: 2 })).toThrow('it is one of the store')
  const late = get({ preload: async () => ({ manifestVersion: 2 }) })
  await expect(late.ready()).rejects.toMatchObject({ cause: { field: 'manifestVersion' } })

  const plain = get({})
  await plain.ready()
  for (const opts of [
    { namespace: store.ns, manifestVersion: 1 },
    { namespace: null, manifestVersion: 0 }
  ]) {
    const core = get(opts)
    await core.ready()
    expect(core.key).toEqual(plain.key)
  }
})

test('createIfMissing: false does not spoil the core for later callers', async () => {
  const store = openStore()
  const key = crypto.randomBytes(32)
  await expect(store.get({ key, createIfMissing: false }).ready()).rejects.toMatchObject({
    code: 'STORAGE_EMPTY'
  })
  await store.get({ key }).ready()
  expect(await store.storage.hasCore(crypto.discoveryKey(key))).toBe(true)
})

test('a name whose core is open is known at once, in its namespace and with what it was got with', async () => {
  const store = openStore()
  const first = store.get({ name: 'log' })
  await first.append(b4a.from('block'))
  await first.close()
  const looked = store.get({ name: 'log' }) // it lingers, and was stored under its name
  expect(looked.key).toEqual(first.key)
  await looked.ready()

  const known = store.get({ name: 'log' })
  expect([known.key, known.opened, known.writable, known.length]).toEqual([looked.key, true, true, 1])
  await known.append(b4a.from('another'))
  expect(looked.length).toBe(2)
  expect(store.get({ name: 'log', writable: false }).writable).toBe(false)

  const elsewhere = store.namespace('a').get({ name: 'log' })
  expect(elsewhere.key).toBe(null)
  await elsewhere.ready()
  expect(elsewhere.key).not.toEqual(looked.key)
  const other = store.get({ name: 'log', key: elsewhere.key! })
  await expect(other.ready()).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' })
})
