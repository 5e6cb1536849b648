import b4a from 'b4a'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pickMerge } from '../../src/compaction/pick.js'
import type { Op } from '../../src/engine.js'
import { entryText, key, modelEntries, op, range } from '../stores/layers.js'
import { MergingStore, SMALL_SIZES } from '../stores/merging-store.js'

const keyOf = (n: number): Uint8Array => b4a.from(String(n).padStart(6, '0'))
const put = (n: number, value: Uint8Array): Op => ({ type: 'put', key: keyOf(n), value })

test('merged through several levels, a store reads as if every op had been applied to one map', async () => {
  let deepest = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(op, { minLength: 1, maxLength: 30 }), { maxLength: 12 }),
      fc.array(range, { minLength: 1, maxLength: 3 }),
      fc.array(key, { maxLength: 5 }),
      fc.boolean(),
      async (flushes, ranges, keys, compacts) => {
        const store = new MergingStore({ ...SMALL_SIZES, level1Bytes: 200, segmentBytes: 80 })
        const ops: Op[] = []
        for (const each of flushes) {
          ops.push(...each)
          await store.flush(each)
          await store.merge()
        }
        if (compacts) await store.compact(ranges[0])
        for (const each of ranges) expect(await store.read(each)).toEqual(modelEntries(ops, each))
        const all = modelEntries(ops)
        for (const each of keys) {
          const [hex, value] = [b4a.toString(each, 'hex'), (await store.get(each)) ?? null]
          expect(value === null ? [] : [entryText(hex, value)]).toEqual(
            all.filter((text) => text.startsWith(`${hex} `))
          )
        }
        deepest = Math.max(deepest, store.levels.length)
      }
    ),
    { numRuns: 150 }
  )
  expect(deepest).toBeGreaterThanOrEqual(3)
})

test('compacting leaves one level without anything deleted, and files of at most 1.3 × the live bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(op, { minLength: 1, maxLength: 40 }), { maxLength: 8 }),
      async (flushes) => {
        const store = new MergingStore()
        for (const each of flushes) {
          await store.flush(each)
          await store.merge()
        }
        await store.compact()
        expect(store.levels.filter((level) => level.length > 0).length).toBeLessThanOrEqual(1)
        const segments = store.levels.flat()
        expect(segments.every(({ deleted }) => deleted === 0)).toBe(true)
        const ops = flushes.flat()
        expect(segments.reduce((sum, { entries }) => sum + entries, 0)).toBe(modelEntries(ops).length)
        expect(await store.read()).toEqual(modelEntries(ops))
        expect(store.layers.files.totalBytes).toBeLessThanOrEqual(1.3 * store.liveBytes)
      }
    ),
    { numRuns: 100 }
  )
})

test('compacting a range leaves the others as they are', async () => {
  const store = new MergingStore()
  const value = b4a.alloc(100)
  for (const odd of [0, 1]) await store.flush(Array.from({ length: 50 }, (_, n) => put(2 * n + odd, value)))
  await store.compact()
  await store.flush([{ type: 'delRange', start: keyOf(10), end: keyOf(20) }])
  await store.flush([{ type: 'delRange', start: keyOf(80), end: keyOf(90) }])
  const before = store.levels.flat().map(({ id }) => id)
  await store.compact({ gte: keyOf(0), lt: keyOf(30) })
  const after = store.levels.flat()
  expect(after.every(({ deleted }) => deleted === 0)).toBe(true)
  const untouched = after.filter(
    ({ start }) => b4a.compare(start, keyOf(30)) > 0 && b4a.compare(start, keyOf(70)) < 0
  )
  expect(untouched.length).toBeGreaterThan(1)
  for (const { id } of untouched) expect(before).toContain(id)
})

test('appending writes little more than once a level: what lies between the keys of a flush stays', async () => {
  // As a Hypercore does: three runs of rising keys, far apart.
  const store = new MergingStore({ ...SMALL_SIZES, level1Bytes: 40_000, segmentBytes: 10_000, ratio: 10 })
  const value = b4a.alloc(100)
  for (let n = 0; n < 4000; n += 40) {
    const ns = Array.from({ length: 40 }, (_, i) => n + i)
    await store.flush(ns.flatMap((i) => [put(i, value), put(300_000 + i, value), put(600_000 + i, value)]))
    await store.merge()
  }
  expect((await store.read()).length).toBe(12_000)
  expect(store.written / store.liveBytes).toBeLessThan(4)
})

test('a merge does not read what a newer layer cleared', async () => {
  const store = new MergingStore({ ...SMALL_SIZES, level0Segments: 10, segmentBytes: 1 << 20 })
  const count = 20_000
  await store.flush(Array.from({ length: count }, (_, n) => put(n, b4a.alloc(100, 1))))
  await store.flush([{ type: 'delRange', start: keyOf(5), end: keyOf(count - 5) }])
  const { files } = store.layers
  files.calls.length = 0
  expect((await store.read()).length).toBe(10)
  expect(files.calls.length).toBeLessThan(5)
  await store.compact()
  const read = files.calls.filter((call) => call.startsWith('read')).map((call) => Number(call.split(' ')[3]))
  expect(read.reduce((a, b) => a + b, 0)).toBeLessThan(0.4 * count * 100)
  expect(files.totalBytes).toBeLessThan(2000)
})

test('a merge that fails or is stopped leaves no file behind, and can be done again', async () => {
  const store = new MergingStore({ ...SMALL_SIZES, level1Bytes: 200_000, segmentBytes: 50_000 })
  const value = b4a.alloc(200, 1)
  for (let i = 0; i < 3; i++)
    await store.flush(
      Array.from({ length: 3000 }, (_, n) => put(3 * n + i, n % 100 === 0 ? b4a.alloc(5000) : value))
    )
  const { files } = store.layers
  const pick = pickMerge(store.levels, store.valueFiles, store.sizes)!
  const before = { names: Array.from(files.bytes.keys()), read: await store.read() }
  for (const [after, splitBytes] of [
    [1, 1 << 30],
    [2, 1 << 30],
    [10, 1 << 30],
    [10, 10_000]
  ] as const) {
    let pauses = 0
    const pause = async (): Promise<void> => {
      if (++pauses === after) throw new Error('stop')
    }
    await expect(store.run({ ...pick, splitBytes }, { pause })).rejects.toThrow('stop')
    expect(Array.from(files.bytes.keys())).toEqual(before.names)
  }
  const full = Object.assign(Object.create(files) as typeof files, {
    create: async () => Promise.reject(new Error('no space left'))
  })
  await expect(store.run(pick, { files: full })).rejects.toThrow('no space left')
  expect(Array.from(files.bytes.keys())).toEqual(before.names)
  await store.merge()
  expect(await store.read()).toEqual(before.read)
})

test('everything written is synced before a merge resolves', async () => {
  const store = new MergingStore()
  for (let i = 0; i < 2; i++)
    await store.flush(
      Array.from({ length: 50 }, (_, n) => put(2 * n + i, b4a.alloc(n % 10 === 0 ? 5000 : 50)))
    )
  await store.merge()
  const { calls, bytes } = store.layers.files
  for (const name of bytes.keys()) expect(calls).toContain(`sync ${name}`)
})
