import { MemoryEngine } from '@manycore/kv'
import { FaultEngine } from '@manycore/kv/faults'
import { expect, test } from 'vitest'
import { Index } from '../../src/index.js'
import type { FlushOptions, IndexOptions, Item, RebuildOptions } from '../../src/index.js'
import { bytes, contentsOf, hex, indexOf, itemsOf, numbered } from '../kit/sets.js'

const ID = new Uint8Array(16).fill(1)
const VERSION = new Uint8Array(8).fill(2)
const STAMP = Uint8Array.of(5)

const bad = (field: string) => ({ name: 'TypeError', code: 'BAD_ARGUMENT', field })

test('bad options are refused, each by its name', () => {
  const cases: [string, unknown][] = [
    ['idBytes', { idBytes: 7 }],
    ['idBytes', { idBytes: 33 }],
    ['idBytes', { idBytes: 8.5 }],
    ['versionBytes', { versionBytes: -1 }],
    ['versionBytes', { versionBytes: 33 }],
    ['secret', { secret: new Uint8Array(31) }],
    ['secret', { secret: 'x'.repeat(32) }],
    ['prefix', { prefix: 'index' }],
    ['engine', { engine: {} }],
    ['engine', { engine: 1 }],
    ['cacheBytes', { cacheBytes: 0 }],
    ['cacheByte', { cacheByte: 1 }],
    ['options', 5]
  ]
  for (const [field, options] of cases)
    expect(() => new Index(options as IndexOptions), JSON.stringify(options)).toThrow(
      expect.objectContaining(bad(field))
    )
})

test('bad arguments are refused by name and change nothing', async () => {
  const index = await indexOf(numbered(0, 10))
  const before = await index.fingerprint()
  const [short, none] = [new Uint8Array(15), undefined as unknown as Uint8Array]
  for (const id of [short, none, 'a'.repeat(16) as unknown as Uint8Array]) {
    for (const call of ['insert', 'update', 'set'] as const)
      await expect(index[call](id, VERSION)).rejects.toMatchObject(bad('id'))
    await expect(index.remove(id)).rejects.toMatchObject(bad('id'))
    await expect(index.get(id)).rejects.toMatchObject(bad('id'))
  }
  for (const call of ['insert', 'update', 'set'] as const)
    await expect(index[call](ID, short)).rejects.toMatchObject(bad('version'))
  await expect(index.fingerprint({ gte: new Uint8Array(17) })).rejects.toMatchObject(bad('gte'))
  await expect(index.fingerprint({ lt: 1 as never })).rejects.toMatchObject(bad('lt'))
  await expect(index.fingerprint(7 as never)).rejects.toMatchObject(bad('options'))
  await expect(index.iterator({ gte: new Uint8Array(17) }).next()).rejects.toMatchObject(bad('gte'))
  for (const stamp of [undefined, 'x', new Uint8Array(1025)]) {
    await expect(index.flush({ stamp } as FlushOptions)).rejects.toMatchObject(bad('stamp'))
    await expect(index.rebuild([], { stamp } as RebuildOptions)).rejects.toMatchObject(bad('stamp'))
  }
  await expect(index.flush(undefined as never)).rejects.toMatchObject(bad('stamp'))
  const items: [string, unknown][] = [
    ['item', null],
    ['item.id', { id: short, version: VERSION }],
    ['item.version', { id: ID }]
  ]
  for (const [field, item] of items)
    await expect(index.rebuild([item as Item], { stamp: STAMP })).rejects.toMatchObject(bad(field))
  expect(await index.fingerprint()).toEqual(before)
})

test('insert is of what is not there, update of what is, and set of either', async () => {
  const index = new Index()
  await expect(index.update(ID, VERSION)).rejects.toMatchObject({ code: 'ITEM_UNKNOWN' })
  await index.insert(ID, VERSION)
  await expect(index.insert(ID, VERSION)).rejects.toMatchObject({ code: 'ITEM_EXISTS' })
  await index.update(ID, new Uint8Array(8))
  expect(await index.get(ID)).toEqual(new Uint8Array(8))
  expect(await index.set(ID, new Uint8Array(8))).toBe(false)
  expect(await index.set(ID, VERSION)).toBe(true)
  expect(await index.set(new Uint8Array(16), VERSION)).toBe(true)
  expect(index.size).toBe(2)
  expect([await index.remove(ID), await index.remove(ID)]).toEqual([true, false])
  expect(await index.get(ID)).toBe(null)
})

test('what is passed in is not kept, and what is given back is a copy', async () => {
  const engine = new MemoryEngine()
  await engine.open()
  const [secret, prefix] = [Buffer.alloc(32, 3), Buffer.alloc(2, 3)]
  const index = new Index({ engine, secret, prefix })
  // slice() of a Buffer is no copy.
  const [id, version, stamp] = [Buffer.from(ID), Buffer.from(VERSION), Buffer.from(STAMP)]
  for (const bytes of [secret, prefix]) bytes.fill(0)
  const inserted = index.insert(id, version)
  const flushed = index.flush({ stamp })
  for (const bytes of [id, version, stamp]) bytes.fill(0)
  await Promise.all([inserted, flushed])
  const settings = { secret: Buffer.alloc(32, 3), prefix: Buffer.alloc(2, 3) }
  expect(await new Index({ engine, ...settings }).get(ID)).toEqual(VERSION)
  for await (const item of index.iterator()) for (const bytes of [item.id, item.version]) bytes.fill(0)
  ;(await index.get(ID))!.fill(0)
  index.stamp!.fill(0)
  expect(await index.get(ID)).toEqual(VERSION)
  expect(index.stamp).toEqual(STAMP)
})

test('calls that wait for the store are carried out in their order, and a flush has what was called before it', async () => {
  const engine = new MemoryEngine()
  await engine.open()
  const first = new Index({ engine, cacheBytes: 1 })
  await first.rebuild(itemsOf(numbered(0, 3000)), { stamp: STAMP })
  const index = new Index({ engine, cacheBytes: 1 })
  const results: Promise<unknown>[] = []
  const { id } = itemsOf(numbered(5000, 5001))[0]!
  results.push(index.insert(id, VERSION), index.update(id, new Uint8Array(8)))
  const flushed = index.flush({ stamp: Uint8Array.of(6) })
  results.push(index.remove(id), index.insert(id, VERSION))
  await Promise.all([flushed, ...results])
  expect(await index.get(id)).toEqual(VERSION)
  const stored = new Index({ engine })
  expect(await stored.get(id)).toEqual(new Uint8Array(8))
  expect(stored.stamp).toEqual(Uint8Array.of(6))
})

test('calls that need nothing from the store are carried out at once', () => {
  const index = new Index()
  void index.insert(ID, VERSION)
  expect(index.size).toBe(1)
  void index.remove(ID)
  expect(index.size).toBe(0)
})

test('after close() every call fails, and the engine is still open', async () => {
  const engine = new MemoryEngine()
  await engine.open()
  const index = new Index({ engine })
  await index.insert(ID, VERSION)
  const pending = index.flush({ stamp: STAMP })
  await index.close()
  await pending
  await index.close()
  const calls = [
    () => index.ready(),
    () => index.insert(ID, VERSION),
    () => index.update(ID, VERSION),
    () => index.set(ID, VERSION),
    () => index.remove(ID),
    () => index.get(ID),
    () => index.fingerprint(),
    () => index.iterator().next(),
    () => index.flush({ stamp: STAMP }),
    () => index.rebuild([], { stamp: STAMP })
  ]
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'INDEX_CLOSED' })
  expect((await contentsOf(new Index({ engine }))).size).toBe(1)
})

test('a failed read of the engine is told, and the next call tries again', async () => {
  const engine = new FaultEngine(new MemoryEngine())
  await engine.open()
  const index = new Index({ engine })
  const error = new Error('the disk is away')
  engine.plan.add({ on: 'getMany', action: 'fail', error })
  await expect(index.get(ID)).rejects.toBe(error)
  expect(await index.get(ID)).toBe(null)
  await index.rebuild(itemsOf(numbered(0, 1000)), { stamp: STAMP })
  const before = await index.fingerprint()
  for (const call of [
    () => index.remove(ID),
    () => index.insert(ID, VERSION),
    () => index.fingerprint({ lt: ID })
  ]) {
    const cold = engine.plan
    await index.rebuild(itemsOf(numbered(0, 1000)), { stamp: STAMP }) // nothing is in memory afterwards
    cold.add({ on: 'getMany', action: 'fail', error })
    await expect(call()).rejects.toBe(error)
    expect(await index.fingerprint()).toEqual(before)
  }
})

test('an iterator gives a range in order, and what stays there once, while others come and go', async () => {
  const set = numbered(0, 1000)
  const index = await indexOf(set)
  const sorted = [...set.keys()].toSorted()
  const range = { gte: bytes(sorted[100]!), lt: bytes(sorted[900]!) }
  const seen: string[] = []
  const gone = new Set<string>()
  for await (const { id } of index.iterator(range)) {
    seen.push(hex(id))
    const doomed = sorted[(seen.length * 613) % 1000]!
    gone.add(doomed)
    await index.remove(bytes(doomed))
    const added = bytes(doomed)
    added[15]! ^= 1
    await index.set(added, VERSION)
  }
  expect(seen).toEqual([...new Set(seen)].toSorted())
  const stayed = sorted.slice(100, 900).filter((id) => !gone.has(id))
  expect(seen.filter((id) => !gone.has(id) && set.has(id))).toEqual(stayed)
})

test('an empty or inverted range has nothing in it', async () => {
  const index = await indexOf(numbered(0, 100))
  const nothing = await new Index().fingerprint()
  expect(nothing.count).toBe(0)
  for (const range of [
    { gte: ID, lt: ID },
    { gte: Uint8Array.of(9), lt: Uint8Array.of(8) },
    { lt: new Uint8Array(0) }
  ]) {
    expect(await index.fingerprint(range)).toEqual(nothing)
    expect((await index.iterator(range).next()).done).toBe(true)
  }
})
