import { MemoryEngine } from '@manycore/kv'
import type { Op } from '@manycore/kv'
import { expect, test } from 'vitest'
import { Index } from '../../src/index.js'
import type { OrderedStore } from '../../src/index.js'
import { bytes, contentsOf, indexOf, itemsOf, numbered } from '../kit/sets.js'
import { entriesOf } from '../kit/engines.js'

const SET = numbered(0, 2000)
const STAMP = Uint8Array.of(1, 2, 3)

async function stored(): Promise<MemoryEngine> {
  const engine = new MemoryEngine()
  await engine.open()
  const index = new Index({ engine })
  await index.rebuild(itemsOf(SET), { stamp: STAMP })
  await index.close()
  return engine
}

/** Goes over everything: every node is read. */
async function readAll(engine: OrderedStore): Promise<number> {
  return (await contentsOf(new Index({ engine, cacheBytes: 1 }))).size
}

test('a record that is changed, cut, gone, or put in the place of another is found out and named, and a rebuild repairs it', async () => {
  const engine = await stored()
  const records = (await entriesOf(engine)).map((line) => line.split(' ').map(bytes)) as [
    Uint8Array,
    Uint8Array
  ][]
  expect(records.length).toBeGreaterThan(40)
  const [, [, other]] = records as [unknown, [unknown, Uint8Array]]
  for (const [i, [key, value]] of records.entries()) {
    const at = (i * 7919) % value.byteLength
    const changed = value.map((byte, j) => (j === at ? byte ^ (1 << (i % 8)) : byte))
    const damages: Op[] = [
      { type: 'put', key, value: changed },
      { type: 'put', key, value: value.slice(0, at) },
      { type: 'put', key, value: i === 1 ? records[2]![1].slice() : other.slice() }
    ]
    if (i > 0) damages.push({ type: 'del', key })
    const name = i === 0 ? 'the head' : `node ${key.at(-1)! + 256 * key.at(-2)!}`
    for (const damage of damages) {
      await engine.batch([damage])
      const failure = { code: 'INDEX_CORRUPT', message: expect.stringContaining(name) }
      await expect(readAll(engine), `${name} ${damage.type}`).rejects.toMatchObject(failure)
      await engine.batch([{ type: 'put', key: key.slice(), value: value.slice() }])
    }
    if (i % 10 > 0) continue
    const damaged = await stored()
    await damaged.batch([{ type: 'put', key: key.slice(), value: changed.slice() }])
    const index = new Index({ engine: damaged })
    await index.rebuild(itemsOf(SET), { stamp: STAMP })
    expect(await readAll(damaged)).toBe(2000)
  }
})

test('a node of an earlier flush, whole in itself, is found out', async () => {
  const engine = await stored()
  const before = await entriesOf(engine)
  const index = new Index({ engine })
  const [first] = itemsOf(SET)
  await index.update(first!.id, new Uint8Array(8).fill(9))
  await index.flush({ stamp: STAMP })
  const after = new Set(await entriesOf(engine))
  const replaced = before.filter((line) => !after.has(line) && !line.startsWith('00'))
  expect(replaced.length).toBeGreaterThan(1)
  const [key, value] = replaced[0]!.split(' ').map(bytes)
  await engine.batch([{ type: 'put', key: key!, value: value! }])
  await expect(readAll(engine)).rejects.toMatchObject({
    code: 'INDEX_CORRUPT',
    message: expect.stringContaining('is not what its parent says')
  })
})

test('other lengths, another secret or another prefix find no index of theirs, and a rebuild makes one', async () => {
  const engine = await stored()
  for (const options of [{ idBytes: 17 }, { versionBytes: 9 }, { secret: new Uint8Array(32) }]) {
    const index = new Index({ engine, ...options })
    await expect(index.ready()).rejects.toMatchObject({ code: 'INDEX_MISMATCH' })
    await expect(index.fingerprint()).rejects.toMatchObject({ code: 'INDEX_MISMATCH' })
    await expect(index.flush({ stamp: STAMP })).rejects.toMatchObject({ code: 'INDEX_MISMATCH' })
  }
  expect(await readAll(engine)).toBe(2000)
  const beside = new Index({ engine, prefix: Uint8Array.of(7), secret: new Uint8Array(32) })
  await beside.ready()
  expect([beside.size, beside.stamp]).toEqual([0, null])
  await beside.rebuild(itemsOf(numbered(0, 5)), { stamp: STAMP })
  expect(await readAll(engine)).toBe(2000)
  const replaced = new Index({ engine, secret: new Uint8Array(32) })
  await replaced.rebuild(itemsOf(numbered(0, 3)), { stamp: STAMP })
  expect([replaced.size, beside.size]).toEqual([3, 5])
  expect((await contentsOf(new Index({ engine, secret: new Uint8Array(32) }))).size).toBe(3)
})

test('opening reads one record, whatever is stored; a read costs one record per level', async () => {
  const engine = await stored()
  const keys: number[] = []
  const counting: OrderedStore = {
    getMany: (wanted) => (keys.push(wanted.length), engine.getMany(wanted)),
    batch: (ops) => engine.batch(ops as Op[]),
    iterator: (range) => engine.iterator(range)
  }
  const index = new Index({ engine: counting })
  await index.ready()
  expect(index.size).toBe(2000)
  expect(keys).toEqual([1])
  await index.get(itemsOf(SET)[77]!.id)
  expect(keys.length).toBeLessThanOrEqual(1 + 3) // 42 leaves, 2 nodes, a root
  await index.get(itemsOf(SET)[77]!.id)
  expect(keys.length).toBeLessThanOrEqual(1 + 3)
})

test('what is in memory is bounded by cacheBytes, whatever is read', async () => {
  const engine = await stored()
  const whole = new Index({ engine })
  const cacheBytes = 20_000
  const index = new Index({ engine, cacheBytes })
  let most = 0
  for await (const { id } of index.iterator()) {
    await index.get(id)
    most = Math.max(most, index.memoryBytes)
  }
  expect(most).toBeGreaterThan(cacheBytes / 2)
  expect(most).toBeLessThan(cacheBytes + 10_000) // and the nodes that one call uses
  expect((await contentsOf(whole)).size).toBe(2000)
  expect(whole.memoryBytes).toBeGreaterThan(2 * most)
  const same = await indexOf(SET)
  expect(await index.fingerprint()).toEqual(await same.fingerprint())
})
