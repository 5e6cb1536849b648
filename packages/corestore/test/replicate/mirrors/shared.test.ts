import b4a from 'b4a'
import { MemoryEngine } from '@manycore/kv'
import { uploadOnly } from '@manycore/replicator'
import { expect, test } from 'vitest'
import type { Corestore, CorestoreOptions } from '../../../src/index.js'
import { append, blocks, connectShared, filled } from '../../kit/mirrors.js'
import { temporaryDirectory } from '../../kit/temporary-directory.js'

const STORAGES = { memory: () => new MemoryEngine(), RocksDB: () => temporaryDirectory() }
const CORES = 4

const mirror = (opts: CorestoreOptions = {}): Promise<Corestore> => filled(CORES, { mirror: true, ...opts })
const mirrors = (count: number): Promise<Corestore[]> =>
  Promise.all(Array.from({ length: count }, () => mirror()))

/** What one has, stores at the other end tell its neighbour: of them it is not known before they have it. */
async function level(...stores: Corestore[]): Promise<void> {
  for (let hop = 0; hop < 2; hop++) await Promise.all(stores.map((store) => store.synced()))
}

/** Resolves once a store has no core open. */
async function idle(store: Corestore): Promise<void> {
  while ([...store.cores].length > 0)
    await new Promise<void>((resolve) => store.once('core-close', () => resolve()))
}

/** Appends a block to a core that others may have open, so that it may stay open here, too. */
async function grow(store: Corestore, name: string, block: string): Promise<void> {
  const core = store.get({ name })
  await core.append(b4a.from(block))
  await core.close()
}

async function contents(store: Corestore): Promise<string[][]> {
  return Promise.all(Array.from({ length: CORES }, (_, i) => blocks(store, `core ${i}`)))
}

describeShapes('are level, whatever differs, and let go of all', async (kind, near, far) => {
  const stores = await Promise.all(
    Array.from({ length: near + far }, (_, i) =>
      // One has nothing but the names of the cores.
      i === near + far - 1 ? named(kind) : filled(CORES, { mirror: true }, STORAGES[kind]())
    )
  )
  for (const [i, store] of stores.slice(0, -1).entries()) await append(store, `core ${i}`, 'second')
  for (const store of stores.slice(0, near)) await append(store, 'core 3', 'second')
  connectShared(stores.slice(0, near), stores.slice(near))
  await level(...stores)
  const expected = [0, 1, 2, 3].map((i) => (i < near + far - 1 || i === 3 ? ['first', 'second'] : ['first']))
  for (const store of stores) expect(await contents(store)).toEqual(expected)
  await Promise.all(stores.map(idle))
  for (const [i, store] of stores.entries()) {
    await grow(store, 'core 1', `of store ${i}`)
    expected[1]!.push(`of store ${i}`)
    await level(...stores)
    for (const other of stores) expect(await blocks(other, 'core 1')).toEqual(expected[1])
  }
})

async function named(kind: keyof typeof STORAGES): Promise<Corestore> {
  const store = await filled(0, { mirror: true }, STORAGES[kind]())
  for (let i = 0; i < CORES; i++) {
    const core = store.get({ name: `core ${i}` })
    await core.ready()
    await core.close()
  }
  return store
}

function describeShapes(
  what: string,
  fn: (kind: keyof typeof STORAGES, near: number, far: number) => Promise<void>
): void {
  const all = [[2, 1], [1, 2], [2, 2]].flatMap((shape) => [['memory', ...shape], ['RocksDB', ...shape]]) // prettier-ignore
  test.each(all as ['memory' | 'RocksDB', number, number][])(
    `in %s, %s stores at one end and %s at the other ${what}`,
    fn
  )
}

test.each([[[0]], [[0, 1]], [[2]], [[0, 2]], [[0, 1, 2, 3]]])(
  'a core that sessions of stores %s hold open comes to the others, too',
  async (holders) => {
    const stores = await mirrors(4)
    const sessions = holders.map((i) => stores[i]!.get({ name: 'core 1' }))
    for (const session of sessions) await session.ready()
    connectShared(stores.slice(0, 2), stores.slice(2))
    await level(...stores)
    const expected = ['first']
    for (const [i, store] of stores.entries()) {
      await grow(store, 'core 1', `of store ${i}`)
      expected.push(`of store ${i}`)
      await level(...stores)
      for (const other of stores) expect(await blocks(other, 'core 1')).toEqual(expected)
    }
  }
)

test('a stream that closes in between is no obstacle for the next one', async () => {
  const stores = await mirrors(4)
  for (const [i, store] of stores.entries()) await append(store, `core ${i}`, 'second')
  for (const [i, store] of stores.entries()) {
    const attached = new Promise<void>((resolve) => store.replicator.once('attach', () => resolve()))
    const close = connectShared(stores.slice(0, 2), stores.slice(2))
    if (i < 2) await attached
    close()
    await level(...stores)
  }
  connectShared(stores.slice(0, 2), stores.slice(2))
  await level(...stores)
  for (const store of stores)
    expect(await contents(store)).toEqual([0, 1, 2, 3].map(() => ['first', 'second']))
})

test('what one store denies its neighbour has none the less, until it is allowed, and when it is denied again', async () => {
  const denied = new Set(['core 1'])
  const policy = { access: ({ name }: { name: string | null }) => !denied.has(name ?? '') }
  const stores = [await mirror({ policy }), await mirror(), await mirror(), await mirror()]
  connectShared(stores.slice(0, 2), stores.slice(2))
  await append(stores[2]!, 'core 1', 'second')
  await level(...stores)
  expect(await Promise.all(stores.map((store) => blocks(store, 'core 1')))).toEqual([
    ['first'],
    ...[1, 2, 3].map(() => ['first', 'second'])
  ])
  denied.clear()
  await stores[0]!.policyChanged()
  await level(...stores)
  expect(await blocks(stores[0]!, 'core 1')).toEqual(['first', 'second'])
  const session = stores[0]!.get({ name: 'core 1' })
  await session.ready()
  denied.add('core 1')
  await stores[0]!.policyChanged({ core: session.key! })
  await append(stores[3]!, 'core 1', 'third')
  await level(...stores)
  for (const store of stores.slice(1))
    expect(await blocks(store, 'core 1')).toEqual(['first', 'second', 'third'])
  expect(session.length).toBe(2)
})

test('a store that gives and does not take is no obstacle for its neighbour', async () => {
  const stores = [await mirror({ policy: uploadOnly() }), await mirror(), await mirror()]
  await append(stores[0]!, 'core 0', 'second')
  await append(stores[2]!, 'core 1', 'second')
  connectShared(stores.slice(0, 2), stores.slice(2))
  await level(...stores)
  expect(await blocks(stores[0]!, 'core 1')).toEqual(['first'])
  for (const store of stores.slice(1)) {
    expect((await contents(store)).slice(0, 2)).toEqual([0, 1].map(() => ['first', 'second']))
  }
})

test('a neighbour that does not mirror and has the core open is no obstacle, at either end', async () => {
  const [plain, beside, other] = [await filled(CORES), ...(await mirrors(2))] as [
    Corestore,
    Corestore,
    Corestore
  ]
  const session = plain.get({ name: 'core 1' })
  await session.ready()
  connectShared([plain, beside], [other])
  await level(plain, beside, other)
  await grow(beside, 'core 1', 'second')
  await level(plain, beside, other)
  expect(await blocks(other, 'core 1')).toEqual(['first', 'second'])
  expect(b4a.toString((await session.get(1))!)).toBe('second')
  await grow(other, 'core 1', 'third')
  await level(plain, beside, other)
  expect(await blocks(beside, 'core 1')).toEqual(['first', 'second', 'third'])
})
