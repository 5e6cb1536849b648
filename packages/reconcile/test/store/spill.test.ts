import { MemoryEngine } from '@manycore/kv'
import type { Op } from '@manycore/kv'
import { FaultEngine, randomNumbers } from '@manycore/kv/faults'
import { expect, test } from 'vitest'
import { Index } from '../../src/index.js'
import type { OrderedStore } from '../../src/index.js'
import { decodeIndex } from '../kit/from-spec.js'
import { entriesOf } from '../kit/engines.js'
import { bytes, contentsOf, hex, indexOf, itemsOf, numbered } from '../kit/sets.js'
import type { Model } from '../kit/sets.js'

const SEED = 23
const SETTINGS = { idBytes: 16, versionBytes: 8, secret: null }

test('a million random changes without a flush take no more memory than cacheBytes, and a crash loses them all', async () => {
  const random = randomNumbers(SEED)
  const engine = new MemoryEngine()
  await engine.open()
  let [batches, largest] = [0, 0]
  const counting: OrderedStore = {
    getMany: (keys) => engine.getMany(keys),
    iterator: (range) => engine.iterator(range),
    batch: (ops) => {
      batches++
      largest = Math.max(largest, ops.length)
      return engine.batch(ops as Op[])
    }
  }
  const before = numbered(0, 40_000)
  const cacheBytes = 1024 * 1024
  const index = new Index({ engine: counting, cacheBytes })
  await index.rebuild(itemsOf(before), { stamp: Uint8Array.of(1) })
  const ids = [...before.keys()].map(bytes)
  const versions: (number | null)[] = ids.map(() => 0)
  const version = new Uint8Array(8)
  ;[batches, largest] = [0, 0]
  let most = 0
  for (let i = 0; i < 1_000_000; i++) {
    const which = random(ids.length)
    if (random(4) === 0) {
      versions[which] = null
      await index.remove(ids[which]!)
    } else {
      const byte = random(256)
      versions[which] = byte
      await index.set(ids[which]!, version.fill(byte))
    }
    most = Math.max(most, index.memoryBytes)
  }
  expect(most).toBeLessThan(cacheBytes + 32 * 1024) // and the nodes that one call uses
  expect(batches).toBeGreaterThan(100)
  expect(largest * 1600).toBeLessThan(cacheBytes)

  const found = new Index({ engine })
  await found.ready()
  expect([found.size, found.stamp]).toEqual([40_000, Uint8Array.of(1)])
  expect(await found.fingerprint()).toEqual(await (await indexOf(before)).fingerprint())

  await index.flush({ stamp: Uint8Array.of(2) })
  const after: Model = new Map()
  for (const [i, byte] of versions.entries())
    if (byte !== null) after.set(hex(ids[i]!), hex(version.fill(byte)))
  const stored = decodeIndex((await entriesOf(engine)).map(split), '', SETTINGS)
  expect(stored.stamp).toBe('02')
  expect(stored.items, `seed ${SEED}`).toEqual([...after].map((item) => item.join('')).toSorted())
})

const split = (line: string) => line.split(' ') as [string, string]

interface Counts {
  crashes: number
  failures: number
  leftovers: number
  flushes: number
}

/** Changes, flushes, batches that fail, and processes that end without a flush. */
async function history(seed: number, counts: Counts): Promise<void> {
  const random = randomNumbers(seed)
  const ids = [...numbered(0, 8000).keys()]
  const engine = new FaultEngine(new MemoryEngine())
  await engine.open()
  const flushed: Model[] = [new Map()]
  let model: Model = new Map()
  let index = new Index({ engine, cacheBytes: 1 })
  const attempt = async (call: () => Promise<unknown>): Promise<boolean> =>
    call().then(
      () => true,
      (err) => {
        expect(err).toMatchObject({ code: 'ENGINE_FAILED' })
        counts.failures++
        return false
      }
    )
  for (let round = 0; round < 20; round++) {
    const action = random(2) === 0 ? 'fail' : 'fail-after'
    if (random(2) === 0) engine.plan.add({ on: 'batch', action, nth: 1 + random(6) })
    for (let i = random(4000); i > 0; i--) {
      const id = ids[random(ids.length)]!
      const isRemoved = random(round % 8 < 5 ? 5 : 2) === 0
      const version = `${hex(Uint8Array.of(round, random(256)))}000000000000`
      const change = () => (isRemoved ? index.remove(bytes(id)) : index.set(bytes(id), bytes(version)))
      if (!(await attempt(change))) continue
      if (isRemoved) model.delete(id)
      else model.set(id, version)
    }
    if (random(3) > 0) {
      flushed.push(new Map(model))
      if (!(await attempt(() => index.flush({ stamp: Uint8Array.of(flushed.length - 1) })))) continue
      counts.flushes++
      expect(decodeIndex((await entriesOf(engine)).map(split), '', SETTINGS).items.length).toBe(model.size)
    } else {
      const { length } = await entriesOf(engine)
      index = new Index({ engine, cacheBytes: 1 })
      await index.ready()
      model = new Map(flushed[index.stamp?.[0] ?? 0])
      counts.crashes++
      if (length > 2 + model.size / 12) counts.leftovers++
    }
    expect([...(await contentsOf(index))], `seed ${seed}, round ${round}`).toEqual([...model].toSorted())
  }
}

test('batches fail, and processes end: there is what a flush has stored, and nothing is left over once the next one has', async () => {
  const counts = { crashes: 0, failures: 0, leftovers: 0, flushes: 0 }
  for (const seed of [1, 2, 3, 4]) await history(seed, counts)
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(2)
})

test('a rebuild that failed and is stored all the same is not written over', async () => {
  const engine = new FaultEngine(new MemoryEngine())
  await engine.open()
  const index = new Index({ engine, cacheBytes: 512 * 1024 })
  await index.rebuild(itemsOf(numbered(0, 500)), { stamp: Uint8Array.of(1) })
  await contentsOf(index) // all of it is in memory
  const rebuilt = numbered(10_000, 13_000)
  engine.plan.add({ on: 'batch', action: 'fail-after', nth: 3 })
  await expect(index.rebuild(itemsOf(rebuilt), { stamp: Uint8Array.of(2) })).rejects.toMatchObject({
    code: 'ENGINE_FAILED'
  })
  const found = async () => {
    const other = new Index({ engine })
    await other.ready()
    return [other.stamp, [...(await contentsOf(other))]]
  }
  expect(await found()).toEqual([Uint8Array.of(2), [...rebuilt].toSorted()])
  const { length } = await entriesOf(engine)
  for (const { id, version } of itemsOf(numbered(500, 12_000))) await index.set(id, version)
  expect((await entriesOf(engine)).length).toBeGreaterThan(length + 50) // it has spilled
  expect(await found()).toEqual([Uint8Array.of(2), [...rebuilt].toSorted()])
  await index.flush({ stamp: Uint8Array.of(3) })
  expect(await found()).toEqual([Uint8Array.of(3), [...numbered(0, 12_000)].toSorted()])
  decodeIndex((await entriesOf(engine)).map(split), '', SETTINGS) // nothing is left over
})

test('what does not fit waits for a flush that is being written, and is stored after it', async () => {
  const engine = new FaultEngine(new MemoryEngine())
  await engine.open()
  let batches = 0
  const counting: OrderedStore = {
    getMany: (keys) => engine.getMany(keys),
    iterator: (range) => engine.iterator(range),
    batch: (ops) => (batches++, engine.batch(ops as Op[]))
  }
  const index = new Index({ engine: counting, cacheBytes: 1 })
  await index.ready()
  const [first, all] = [numbered(0, 1000), numbered(0, 9000)]
  for (const { id, version } of itemsOf(first)) await index.set(id, version)
  batches = 0
  engine.plan.add({ on: 'batch', action: 'delay' })
  const flushed = index.flush({ stamp: Uint8Array.of(1) })
  const changed = itemsOf(numbered(1000, 9000)).map(({ id, version }) => index.set(id, version))
  while (engine.plan.held === 0) await new Promise((resolve) => setImmediate(resolve))
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(batches).toBe(1)
  expect(index.memoryBytes).toBeLessThan(300_000)
  engine.plan.release()
  await Promise.all([flushed, ...changed])
  expect(batches).toBeGreaterThan(3)
  expect((await contentsOf(new Index({ engine }))).size).toBe(1000)
  await index.flush({ stamp: Uint8Array.of(2) })
  expect([...(await contentsOf(new Index({ engine })))]).toEqual([...all].toSorted())
})
