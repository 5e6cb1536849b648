import * as fc from 'fast-check'
import { randomNumbers } from '@manycore/kv/faults'
import { expect, test } from 'vitest'
import { Index } from '../src/index.js'
import { ENGINES } from './kit/engines.js'
import { reconcile } from './kit/exchanges.js'
import { bytes, contentsOf, expected, hex, indexOf, randomBytes, randomIds, shown } from './kit/sets.js'
import type { Model } from './kit/sets.js'

// fast-check names the seed and the path of a failure; pass them to fc.assert to run it again.

const id = () => fc.array(fc.constantFrom(0, 0, 1, 127, 255), { minLength: 8, maxLength: 8 })
const version = () => fc.integer({ min: 0, max: 2 })
const smallSet = () => fc.array(fc.tuple(id(), version()), { maxLength: 60 })
const frameBytes = () => fc.constantFrom(4096, 5000, 16_384, 65_536)
const modelOf = (set: readonly (readonly [number[], number])[]): Model =>
  new Map(set.map(([id, version]) => [hex(Uint8Array.from(id)), hex(Uint8Array.of(version))]))

test('both sides of small sets with ids close together find exactly what differs', async () => {
  await fc.assert(
    fc.asyncProperty(smallSet(), smallSet(), frameBytes(), frameBytes(), async (a, b, limitA, limitB) => {
      const [ours, theirs] = [modelOf(a), modelOf(b)]
      const lengths = { idBytes: 8, versionBytes: 1 }
      const [here, there] = [await indexOf(ours, lengths), await indexOf(theirs, lengths)]
      const { found } = await reconcile(here, there, [{ frameBytes: limitA }, { frameBytes: limitB }])
      expect(shown(found[0])).toEqual(expected(ours, theirs))
      expect(shown(found[1])).toEqual(expected(theirs, ours))
    }),
    { numRuns: 300 }
  )
})

/** Two sets of a history: one set, and what became of each of its copies. */
function twoSets(
  random: (n: number) => number,
  size: number,
  changes: number,
  lengths: Lengths
): [Model, Model] {
  const versionOf = () => hex(randomBytes(random, lengths.versionBytes))
  const common: Model = new Map(randomIds(random, size, lengths.idBytes).map((id) => [id, versionOf()]))
  const ids = [...common.keys()]
  const copies: [Model, Model] = [new Map(common), new Map(common)]
  for (let i = 0; i < changes; i++) {
    const copy = copies[random(2) as 0 | 1]
    const any = ids[random(ids.length)]
    const kind = random(3)
    if (kind === 0 || any === undefined) copy.set(hex(randomBytes(random, lengths.idBytes)), versionOf())
    else if (kind === 1) copy.set(any, versionOf())
    else copy.delete(any)
  }
  return copies
}

interface Lengths {
  idBytes: number
  versionBytes: number
}

const SIZES = fc.record({
  seed: fc.integer(),
  size: fc.constantFrom(0, 1, 30, 33, 500, 3000, 12_000),
  changes: fc.constantFrom(0, 1, 5, 100, 2000),
  lengths: fc.record({
    idBytes: fc.integer({ min: 8, max: 32 }),
    versionBytes: fc.integer({ min: 0, max: 32 })
  }),
  secret: fc.constantFrom(null, new Uint8Array(32).fill(7)),
  limits: fc.tuple(frameBytes(), frameBytes())
})

test('both sides of large sets find exactly what differs, and no frame is too large', async () => {
  await fc.assert(
    fc.asyncProperty(SIZES, async ({ seed, size, changes, lengths, secret, limits }) => {
      const [ours, theirs] = twoSets(randomNumbers(seed), size, changes, lengths)
      const [here, there] = [
        await indexOf(ours, { ...lengths, secret }),
        await indexOf(theirs, { ...lengths, secret })
      ]
      const options = limits.map((frameBytes) => ({ frameBytes }))
      const { found, frames } = await reconcile(here, there, [options[0], options[1]])
      expect(shown(found[0])).toEqual(expected(ours, theirs))
      expect(shown(found[1])).toEqual(expected(theirs, ours))
      for (const [i, frame] of frames.entries()) expect(frame.byteLength).toBeLessThanOrEqual(limits[i % 2]!)
    }),
    { numRuns: 40 }
  )
})

const HISTORY = fc.record({
  seed: fc.integer(),
  engine: fc.constantFrom(null, ...Object.keys(ENGINES)),
  cacheBytes: fc.constantFrom(1, 20_000, 1_000_000),
  steps: fc.constantFrom(20, 500, 2500),
  // How many ids there are to choose from: with few of them items come and go.
  ids: fc.constantFrom(50, 2000)
})

test('after any history an index has what a map has, in order, and the fingerprints of one made at once', async () => {
  await fc.assert(
    fc.asyncProperty(HISTORY, async ({ seed, engine: name, cacheBytes, steps, ids: idCount }) => {
      const random = randomNumbers(seed)
      const engine = name === null ? null : ENGINES[name]!()
      await engine?.open()
      const options = { engine, cacheBytes, prefix: Uint8Array.of(9, 9), versionBytes: 2 }
      const ids = randomIds(random, idCount, 16)
      const model: Model = new Map()
      let index = new Index(options)
      let [shrinks, flushed]: [boolean, Model] = [false, new Map()]
      for (let step = 0; step < steps; step++) {
        const id = ids[random(ids.length)]!
        const version = hex(randomBytes(random, 2))
        if (random(200) === 0) shrinks = !shrinks
        if (random(5) < (shrinks ? 4 : 1)) {
          expect(await index.remove(bytes(id))).toBe(model.delete(id))
        } else {
          await (model.has(id) ? index.update : index.insert).call(index, bytes(id), bytes(version))
          model.set(id, version)
        }
        if (engine && random(100) === 0) {
          await index.flush({ stamp: bytes(version) })
          flushed = new Map(model)
          expect(index.dirtyBytes).toBe(0)
        }
        if (engine && random(300) === 0) {
          await index.close()
          index = new Index(options)
          model.clear()
          for (const [id, version] of flushed) model.set(id, version)
        }
      }
      await index.ready()
      expect(index.size).toBe(model.size)
      expect([...(await contentsOf(index))]).toEqual([...model].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      const same = await indexOf(model, { versionBytes: 2 })
      const bounds = Array.from({ length: 10 }, () => bytes(ids[random(ids.length)]!).subarray(0, random(17)))
      for (const gte of bounds) {
        for (const lt of [undefined, ...bounds])
          expect(await index.fingerprint({ gte, lt })).toEqual(await same.fingerprint({ gte, lt }))
      }
      for (const id of ids.slice(0, 50)) {
        const version = await index.get(bytes(id))
        expect(version && hex(version)).toBe(model.get(id) ?? null)
      }
      await index.close()
      await engine?.close()
    }),
    { numRuns: 60 }
  )
})

test('items that do not change during an exchange are compared exactly, whatever the others do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const random = randomNumbers(seed)
      const [ours, theirs] = twoSets(random, 2000, 300, { idBytes: 16, versionBytes: 8 })
      const [here, there] = [await indexOf(ours), await indexOf(theirs)]
      const touched = new Set<string>()
      const { found } = await reconcile(
        here,
        there,
        [{ frameBytes: 4096 }, { frameBytes: 8192 }],
        async () => {
          for (let i = random(40); i > 0; i--) {
            const index = random(2) === 0 ? here : there
            const old = [...ours.keys()][random(ours.size)]!
            const id = random(2) === 0 ? old : hex(randomBytes(random, 16))
            touched.add(id)
            if (random(3) === 0) await index.remove(bytes(id))
            else await index.set(bytes(id), randomBytes(random, 8))
          }
        }
      )
      const isUntouched = (line: string) => !touched.has(line.slice(0, 32))
      expect(shown(found[0]).filter(isUntouched)).toEqual(expected(ours, theirs).filter(isUntouched))
      expect(shown(found[1]).filter(isUntouched)).toEqual(expected(theirs, ours).filter(isUntouched))
    }),
    { numRuns: 30 }
  )
})
