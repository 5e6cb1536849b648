import { randomNumbers } from '@manycore/kv/faults'
import { MemoryEngine } from '@manycore/kv'
import { expect, test } from 'vitest'
import { Index } from '../../src/index.js'
import { bytes, contentsOf, hex, indexOf, randomBytes } from '../kit/sets.js'
import type { Model } from '../kit/sets.js'

const SEED = 17
const SIZE = 12_000 // four levels

/** A set in a random order. */
function randomSet(random: (n: number) => number): Model {
  return new Map(
    Array.from({ length: SIZE }, () => [hex(randomBytes(random, 16)), hex(randomBytes(random, 8))])
  )
}

async function expectSame(index: Index, model: Model, random: (n: number) => number): Promise<void> {
  const fresh = await indexOf(model)
  expect(index.size, `seed ${SEED}`).toBe(model.size)
  expect(await index.fingerprint()).toEqual(await fresh.fingerprint())
  for (let i = 0; i < 20; i++) {
    const range = { gte: randomBytes(random, 2), lt: randomBytes(random, 2) }
    expect(await index.fingerprint(range)).toEqual(await fresh.fingerprint(range))
  }
}

for (const isStored of [false, true]) {
  test(`a tree that grows to four levels and shrinks to nothing is right all the way, ${isStored ? 'stored' : 'in memory'}`, async () => {
    const random = randomNumbers(SEED)
    const engine = new MemoryEngine()
    await engine.open()
    const options = isStored ? { engine, cacheBytes: 30_000 } : {}
    let index = new Index(options)
    const [set, model]: [Model, Model] = [randomSet(random), new Map()]
    const flush = async () => {
      if (!isStored) return
      await index.flush({ stamp: new Uint8Array(0) })
      await index.close()
      index = new Index(options)
      await index.ready()
    }
    for (const [id, version] of set) {
      await index.insert(bytes(id), bytes(version))
      model.set(id, version)
      if (model.size % 4000 === 0) await flush()
    }
    await expectSame(index, model, random)
    for (const id of set.keys()) {
      if (random(3) === 0) await index.update(bytes(id), bytes(model.set(id, '07'.repeat(8)).get(id)!))
    }
    await expectSame(index, model, random)
    for (const id of [...set.keys()].toSorted((a, b) => (a.slice(9) < b.slice(9) ? -1 : 1))) {
      expect(await index.remove(bytes(id))).toBe(true)
      model.delete(id)
      if (model.size % 1500 === 0 || model.size === 20) {
        await expectSame(index, model, random)
        await flush()
        expect([...(await contentsOf(index))]).toEqual([...model].toSorted())
      }
    }
    if (!isStored) expect(index.memoryBytes).toBeLessThan(2500) // one leaf is left
  })
}

test('nodes that have become small are merged: an index of which most is removed takes little more than a new one', async () => {
  const random = randomNumbers(SEED)
  const set = randomSet(random)
  const index = await indexOf(set)
  for (const id of set.keys()) if (random(20) > 0) await index.remove(bytes(id))
  const left = await contentsOf(index)
  const fresh = await indexOf(left)
  expect(left.size).toBeGreaterThan(300)
  expect(index.memoryBytes).toBeLessThan(3 * fresh.memoryBytes)
})
