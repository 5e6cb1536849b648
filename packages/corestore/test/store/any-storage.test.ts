import b4a from 'b4a'
import type { CoreAuth, Hypercore } from '@manycore/hypercore-types'
import type { StorageInput } from '@manycore/storage-adapters'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Corestore, type CorestoreOptions } from '../../src/index.js'
import { connectOverTcp } from '../kit/connect-over-tcp.js'
import { openStore } from '../kit/open-store.js'
import { STORAGES } from '../kit/storages.js'

const PRIMARY_KEY = b4a.alloc(32, 1)
const GROUP = b4a.alloc(32, 2)
const OPTIONS: CorestoreOptions = { primaryKey: PRIMARY_KEY, unsafe: true, lingerMs: 0 }

const hex = (bytes: Uint8Array | null): string | null => bytes && b4a.toString(bytes, 'hex')

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found = []
  for await (const row of rows) found.push(row)
  return found
}

const blocks = <T>(core: Hypercore<T>): Promise<T[]> => all(core.createReadStream())

/** One of everything that a store does. @returns the names of what it made, and all that could be seen */
async function work(store: Corestore): Promise<object> {
  const text = { valueEncoding: 'utf-8' } as const
  const log = store.get({ name: 'log', ...text })
  await log.append(['a', 'b', 'c', 'd'])
  await log.setUserData('note', b4a.from('kept'))
  const early = log.snapshot()
  await early.ready()
  await log.truncate(3)
  await log.append(['e', 'f'])
  await log.clear(1, 2)
  const draft = log.session({ name: 'draft', ...text })
  await draft.append('only a draft')

  const deep = store.namespace('deep').namespace(b4a.from([0xff, 0]))
  const inside = deep.get({ name: 'log', ...text })
  await inside.append('elsewhere')
  const members = [store, deep].map((from) => from.get({ name: 'member', group: GROUP, ...text }))
  for (const member of members) await member.append('in a group')

  const pair = ['left', 'right'].map((name) => store.get({ name, ...text }))
  for (const core of pair) await core.ready()
  const atom = store.storage.createAtom()
  const halves = pair.map((core) => core.session({ atom, ...text }))
  for (const half of halves) await half.append('together')
  const before = pair.map(({ length }) => length)
  await atom.flush()
  const after = pair.map(({ length }) => length)
  for (const half of halves) await half.close()

  const copy = await store.staticify(inside)
  await copy.ready()
  const seen = {
    early: [early.length, await blocks(early)],
    atom: { before, after },
    static: [hex(copy.key), copy.length],
    ...(await look(store))
  }
  for (const session of [early, draft, copy]) await session.close()
  return seen
}

/** All that can be seen of a store that the work was done on. */
async function look(store: Corestore): Promise<object> {
  const text = { valueEncoding: 'utf-8' } as const
  const deep = store.namespace('deep').namespace(b4a.from([0xff, 0]))
  const log = store.get({ name: 'log', ...text })
  await log.ready()
  const draft = log.session({ name: 'draft', ...text })
  await draft.ready()
  const inside = deep.get({ name: 'log', ...text })
  const there = []
  for (let i = 0; i < log.length; i++) there.push(await log.get(i, { wait: false }))
  const pair = ['left', 'right'].map((name) => store.get({ name, ...text }))
  const handle = store.notifyGroup(GROUP)
  const seen = {
    primaryKey: hex(store.primaryKey),
    keys: [hex(log.key), hex((await deep.createKeyPair('log')).publicKey)],
    log: [log.length, log.byteLength, log.fork, there, hex(await log.treeHash())],
    note: b4a.toString((await log.getUserData('note'))!),
    draft: [draft.length, await draft.get(draft.length - 1)],
    inside: await blocks(inside),
    pair: await Promise.all(pair.map(blocks)),
    list: (await all(store.list())).map(hex).toSorted(),
    listOfNamespace: (await all(deep.list(deep.ns))).map(hex).toSorted(),
    group: (await all(handle.updates())).map(hex).toSorted(),
    auth: authOf(await store.getAuth(log.discoveryKey!)),
    noAuth: await store.getAuth(b4a.alloc(32, 9)),
    audit: (await all(store.audit({ dryRun: true })))
      .map(({ key, audit }) => [hex(key), audit] as const)
      .toSorted(([a], [b]) => (a! < b! ? -1 : 1))
  }
  handle.destroy()
  for (const session of [draft, log, inside, ...pair]) await session.close()
  return seen
}

function authOf(auth: CoreAuth | null): object | null {
  return auth && { key: hex(auth.key), publicKey: hex(auth.keyPair!.publicKey), manifest: auth.manifest }
}

let expected: { worked: object; looked: object }

beforeAll(async () => {
  const store = new Corestore(STORAGES[0]!.place()(), OPTIONS)
  expected = { worked: await work(store), looked: await look(store) }
  await store.close()
})

const open = (storage: StorageInput, opts: CorestoreOptions = {}): Corestore =>
  openStore({ ...OPTIONS, ...opts }, storage)

describe.each(STORAGES)('a store on $kind', ({ place, isKept, isLocked, canBeReadOnly }) => {
  test('does what one on RocksDB does, also after it was suspended and resumed', async () => {
    const store = open(place()())
    expect(await work(store)).toEqual(expected.worked)
    await store.suspend()
    const core = store.get({ name: 'log' })
    await store.resume()
    expect(await core.get(0)).toEqual(b4a.from('a'))
    expect(await look(store)).toEqual(expected.looked)
  })

  test(`holds ${isKept === false ? 'nothing' : 'the same'} when it is opened again`, async () => {
    const next = place()
    const store = open(next())
    await work(store)
    await store.close()
    const again = open(next())
    if (isKept === false) expect(await all(again.list())).toEqual([])
    else expect(await look(again)).toEqual(expected.looked)
  })

  test('replicates with a store on RocksDB, both ways', async () => {
    const [here, there] = [open(place()()), openStore()]
    onTestFinished(await connectOverTcp(here, there))
    const [mine, yours] = [here, there].map((store) => store.get({ name: 'shared' }))
    const sent = Array.from({ length: 300 }, (_, i) => b4a.from(`block ${i}`))
    for (const core of [mine!, yours!]) await core.append(sent)
    for (const copy of [there.get({ key: mine!.key! }), here.get({ key: yours!.key! })]) {
      await copy.update({ wait: true })
      for (const [i, block] of sent.entries()) expect(await copy.get(i)).toEqual(block)
      await copy.close()
    }
  })

  test('frees everything when it was opened with another primary key', async () => {
    const next = place()
    const store = open(next())
    await store.get({ name: 'log' }).append(b4a.from('x'))
    await store.close()
    if (isKept === false) return
    const wrong = open(next(), { primaryKey: b4a.alloc(32, 7) })
    await expect(wrong.ready()).rejects.toMatchObject({ code: 'STORAGE_CONFLICT' })
    const again = open(next())
    expect(await again.get({ name: 'log' }).get(0)).toEqual(b4a.from('x'))
  })

  if (isLocked !== false) {
    test('is ELOCKED for a second store until it is closed', async () => {
      const next = place()
      const store = open(next())
      await store.get({ name: 'log' }).append(b4a.from('x'))
      await expect(open(next()).ready()).rejects.toMatchObject({ code: 'ELOCKED' })
      expect(await store.get({ name: 'log' }).get(0)).toEqual(b4a.from('x'))
      await store.close()
      expect(await open(next()).get({ name: 'log' }).get(0)).toEqual(b4a.from('x'))
    })
  }

  if (canBeReadOnly !== false && isKept !== false) {
    test('is read and not written when it is opened read-only', async () => {
      const next = place()
      const empty = new Corestore(next(), { readOnly: true })
      await expect(empty.ready()).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
      await empty.close()
      const store = open(next())
      await work(store)
      await store.close()
      const reader = open(next(), { primaryKey: null, readOnly: true })
      const log = reader.get({ name: 'log', valueEncoding: 'utf-8' })
      expect(await log.get(0)).toBe('a')
      expect(log.writable).toBe(false)
      await expect(log.append('x')).rejects.toMatchObject({ code: 'SESSION_NOT_WRITABLE' })
      expect((await all(reader.list())).map(hex).toSorted()).toEqual(
        (expected.looked as { list: object }).list
      )
      await reader.close()
    })
  }
})

describe('a store refuses as storage', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a boolean', true],
    ['bytes', b4a.alloc(4)],
    ['an object without calls', {}],
    ['half a random-access-storage', { read() {}, write() {} }],
    ['half an engine', { open() {}, close() {}, getMany() {}, supports: {} }],
    ['a promise of a path', Promise.resolve('directory')]
  ])('%s', (_what, storage) => {
    expect(() => new Corestore(storage as never)).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'BAD_ARGUMENT', field: 'storage' })
    )
  })

  test('a function that gives no random-access-storage, once it is asked for a file', async () => {
    const store = new Corestore((() => ({})) as never)
    await expect(store.ready()).rejects.toMatchObject({ code: 'BAD_ARGUMENT', field: 'storage' })
    await store.close()
  })
})
