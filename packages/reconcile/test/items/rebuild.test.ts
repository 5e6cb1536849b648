import { MemoryEngine } from '@manycore/kv'
import { randomNumbers } from '@manycore/kv/faults'
import { expect, test } from 'vitest'
import { Index } from '../../src/index.js'
import type { Item } from '../../src/index.js'
import { entriesOf } from '../kit/engines.js'
import { bytes, contentsOf, hex, indexOf, itemsOf, numbered, randomBytes } from '../kit/sets.js'
import type { Model } from '../kit/sets.js'

const SEED = 11
const STAMP = Uint8Array.of(5)

/** Items in no order, of which some come again with another version. */
function shuffled(random: (n: number) => number, count: number): { items: Item[]; model: Model } {
  const ids = Array.from({ length: count }, (_, i) => {
    const id = randomBytes(random, 16)
    if (i % 3 === 0) id.fill(7, 0, 8) // these differ after what is sorted by numbers
    return id
  })
  const items = Array.from({ length: 2 * count }, () => ({
    id: ids[random(count)]!,
    version: randomBytes(random, 8)
  }))
  return { items, model: new Map(items.map(({ id, version }) => [hex(id), hex(version)])) }
}

for (const sortBytes of [1, 2400, 100_000, 32 * 1024 * 1024]) {
  test(`items in any order, sorted ${sortBytes} bytes at a time: the last of each id counts, and no run is left`, async () => {
    const { items, model } = shuffled(randomNumbers(SEED), 1500)
    const engine = new MemoryEngine()
    await engine.open()
    const index = new Index({ engine, cacheBytes: 10_000 })
    const few = sortBytes === 1 ? 100 : items.length
    await index.rebuild(itemsOf(numbered(0, 400)), { stamp: STAMP })
    await index.rebuild(items.slice(0, few), { stamp: Uint8Array.of(6), sortBytes })
    const expected =
      few === 100 ? new Map(items.slice(0, few).map(({ id, version }) => [hex(id), hex(version)])) : model
    expect([...(await contentsOf(index))]).toEqual([...expected].toSorted())
    expect(index.stamp).toEqual(Uint8Array.of(6))

    const same = new MemoryEngine()
    await same.open()
    await new Index({ engine: same }).rebuild(itemsOf(expected), { stamp: STAMP })
    expect((await entriesOf(engine)).length).toBe((await entriesOf(same)).length)
    for (const [id, version] of [...expected].slice(0, 200)) {
      await index.update(bytes(id), bytes(version.replace(/./g, '0')))
      await index.remove(bytes(id))
    }
    expect(index.size).toBe(expected.size - Math.min(200, expected.size))
  })
}

test('an async source works, one that fails leaves the old items, and changes called meanwhile come after it', async () => {
  const engine = new MemoryEngine()
  await engine.open()
  for (const index of [new Index(), new Index({ engine })]) {
    await index.rebuild(itemsOf(numbered(0, 500)), { stamp: STAMP })
    const error = new Error('the source ends early')
    const broken = (async function* () {
      yield* itemsOf(numbered(0, 100))
      throw error
    })()
    await expect(index.rebuild(broken, { stamp: Uint8Array.of(6) })).rejects.toBe(error)
    expect([index.size, index.stamp]).toEqual([500, STAMP])

    const other = await indexOf(numbered(1000, 1300))
    let open = () => {}
    const gate = new Promise<void>((resolve) => (open = resolve))
    const source = async function* () {
      yield* other.iterator()
      await gate
    }
    const rebuilt = index.rebuild(source(), { stamp: Uint8Array.of(7) })
    const [{ id, version }] = itemsOf(numbered(5000, 5001)) as [Item]
    const inserted = index.insert(id, version)
    expect((await index.fingerprint()).count).toBe(500)
    open()
    await Promise.all([rebuilt, inserted])
    expect([index.size, index.stamp]).toEqual([301, Uint8Array.of(7)])
  }
})

test('an index of nothing can be rebuilt from nothing', async () => {
  const engine = new MemoryEngine()
  await engine.open()
  const index = new Index({ engine })
  await index.rebuild([], { stamp: STAMP })
  await index.rebuild([], { stamp: STAMP })
  expect([index.size, (await contentsOf(new Index({ engine }))).size]).toEqual([0, 0])
  expect((await entriesOf(engine)).length).toBe(2)
})
