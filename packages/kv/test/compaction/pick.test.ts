import b4a from 'b4a'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MergePick } from '../../src/compaction/merge.js'
import { pickCompaction, pickMerge } from '../../src/compaction/pick.js'
import { DEFAULT_SIZES, type LevelSizes, levelTarget } from '../../src/compaction/sizes.js'
import {
  applyEdit,
  type Levels,
  liveValueBytes,
  segmentFor,
  type SegmentInfo
} from '../../src/manifest/levels.js'

const ENTRY_BYTES = 100
const SIZES: LevelSizes = {
  ...DEFAULT_SIZES,
  level1Bytes: 800 * ENTRY_BYTES,
  segmentBytes: 200 * ENTRY_BYTES
}

function keyOf(n: number): Uint8Array {
  const bytes = b4a.alloc(4)
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, n)
  return bytes
}

/** Segments of which only the keys are there: what merging does to sizes, without files. */
class Simulation {
  levels: Levels = [[]]
  readonly keys = new Map<number, number[]>()
  flushed = 0
  written = 0
  #lastId = 0

  flush(keys: readonly number[]): void {
    const added = [this.#segment(Array.from(new Set(keys)).toSorted((a, b) => a - b))]
    this.flushed += added[0]!.bytes
    this.levels = applyEdit(this.levels, { removed: [], level: 0, added, addedValueFiles: [] })
    for (let pick; (pick = pickMerge(this.levels, [], SIZES)) !== null;) this.run(pick)
  }

  run(pick: MergePick): void {
    const inputs = [...pick.upper.flat(), ...pick.below]
    const all = new Set(inputs.flatMap(({ id }) => this.keys.get(id)!))
    const sorted = Array.from(all).toSorted((a, b) => a - b)
    const most = pick.splitBytes / ENTRY_BYTES
    const added = pick.isMove
      ? inputs
      : Array.from({ length: Math.ceil(sorted.length / most) }, (_, i) =>
          this.#segment(sorted.slice(i * most, (i + 1) * most))
        )
    if (!pick.isMove) this.written += added.reduce((sum, { bytes }) => sum + bytes, 0)
    const removed = inputs.map(({ id }) => id)
    this.levels = applyEdit(this.levels, { removed, level: pick.outputLevel, added, addedValueFiles: [] })
  }

  #segment(keys: number[]): SegmentInfo {
    const id = ++this.#lastId
    this.keys.set(id, keys)
    const [start, end] = [keyOf(keys[0]!), keyOf(keys.at(-1)! + 1)]
    return { id, bytes: keys.length * ENTRY_BYTES, entries: keys.length, deleted: 0, start, end, values: [] }
  }
}

const random = (seed: number): ((below: number) => number) => {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test.each([
  ['random keys', (_: number, next: (below: number) => number) => next(200_000), 20],
  ['rising keys', (i: number) => i, 2],
  ['a hot tenth', (_: number, next: (below: number) => number) => next(next(10) === 0 ? 200_000 : 20_000), 20]
])(
  '%s: over 1,000 flushes levels stay disjoint and within their sizes, and few bytes are rewritten',
  (_, keyAt, amplification) => {
    const simulation = new Simulation()
    const next = random(7)
    const all = new Set<number>()
    for (let flush = 0; flush < 1000; flush++) {
      const keys = Array.from({ length: 100 }, (_unused, i) => keyAt(flush * 100 + i, next))
      for (const key of keys) all.add(key)
      simulation.flush(keys)
      const { levels } = simulation
      expect(levels[0]!.length).toBeLessThan(SIZES.level0Segments)
      if (flush % 20 !== 19) continue
      for (const [n, level] of levels.entries()) {
        if (n === 0) continue
        const bytes = level.reduce((sum, segment) => sum + segment.bytes, 0)
        expect(bytes).toBeLessThan(levelTarget(n, SIZES))
        const bounds = level.flatMap(({ start, end }) => [start, end])
        expect(bounds.findIndex((each, i) => i > 0 && b4a.compare(bounds[i - 1]!, each) > 0)).toBe(-1)
        expect(level.every((segment) => segment.bytes <= SIZES.segmentBytes)).toBe(true)
      }
    }
    const stored = new Set(simulation.levels.flat().flatMap(({ id }) => simulation.keys.get(id)!))
    expect(stored).toEqual(all)
    expect(simulation.levels.length).toBeGreaterThanOrEqual(4)
    expect(simulation.written / simulation.flushed).toBeLessThan(amplification)
  }
)

const info = (id: number, start: number, end: number, more: Partial<SegmentInfo> = {}): SegmentInfo => ({
  id,
  bytes: 100,
  entries: 1,
  deleted: 0,
  start: keyOf(start),
  end: keyOf(end),
  values: [],
  ...more
})

test('deleted is dropped only where nothing older lies below', () => {
  const upper = Array.from({ length: 4 }, (_, i) => info(i, 10, 20))
  expect(pickMerge([upper], [])).toMatchObject({ outputLevel: 1, dropDeleted: true })
  expect(pickMerge([upper, [info(10, 15, 30)]], [])).toMatchObject({ dropDeleted: true })
  expect(pickMerge([upper, [], [info(10, 20, 30)]], [])).toMatchObject({ dropDeleted: true })
  expect(pickMerge([upper, [], [info(10, 19, 30)]], [])).toMatchObject({ dropDeleted: false })
  // What is below the upper ones reaches further down than they do.
  expect(pickMerge([upper, [info(10, 15, 30)], [info(11, 25, 40)]], [])).toMatchObject({ dropDeleted: false })
})

test('a segment that overlaps nothing moves, unless it has something to drop', () => {
  const large = { bytes: DEFAULT_SIZES.level1Bytes }
  expect(pickMerge([[], [info(1, 0, 10, large)]], [])).toMatchObject({ isMove: true, outputLevel: 2 })
  expect(pickMerge([[], [info(1, 0, 10, { ...large, deleted: 1 })]], [])).toMatchObject({ isMove: false })
  expect(pickMerge([[], [info(1, 0, 10, { ...large, deleted: 1 })], [], [info(2, 0, 5)]], [])).toMatchObject({
    isMove: true
  })
  expect(pickMerge([[], [info(1, 0, 10, large)], [info(2, 5, 6)]], [])).toMatchObject({ isMove: false })
})

test('of a full level the segment goes that rewrites the least', () => {
  const half = DEFAULT_SIZES.level1Bytes / 2
  const levels = [
    [],
    [info(1, 0, 10, { bytes: half }), info(2, 10, 20, { bytes: half })],
    [info(3, 0, 8, { bytes: 100 }), info(4, 12, 14, { bytes: 50 })]
  ]
  expect(pickMerge(levels, [])).toMatchObject({ upper: [[{ id: 2 }]], below: [{ id: 4 }], outputLevel: 2 })
})

test('nothing to do: null', () => {
  expect(pickMerge([], [])).toBe(null)
  expect(pickMerge([[info(1, 0, 10)], [info(2, 0, 10)]], [])).toBe(null)
  expect(pickCompaction([], [])).toBe(null)
  expect(pickCompaction([[], [], [info(2, 0, 10)]], [])).toBe(null)
})

test('applyEdit() puts a flush first, and keeps what came in while a merge ran', () => {
  const flush = (id: number): Parameters<typeof applyEdit>[1] => ({
    removed: [],
    level: 0,
    added: [info(id, 0, 10)],
    addedValueFiles: []
  })
  let levels = applyEdit(applyEdit([], flush(1)), flush(2))
  expect(levels[0]!.map(({ id }) => id)).toEqual([2, 1])
  levels = applyEdit(levels, flush(3))
  levels = applyEdit(levels, {
    removed: [1, 2],
    level: 2,
    added: [info(5, 6, 9), info(4, 0, 5)],
    addedValueFiles: []
  })
  expect(levels.map((level) => level.map(({ id }) => id))).toEqual([[3], [], [4, 5]])
})

test('segmentFor() finds the one segment whose bounds hold a key', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50), { maxLength: 20 }), fc.nat(51), (ends, at) => {
      const bounds = ends.toSorted((a, b) => a - b)
      const level = bounds
        .slice(1)
        .map((end, i) => ({ info: info(i, bounds[i]!, end) }))
        .filter((_, i) => i % 3 !== 1)
      const expected = level.find(
        ({ info: { start, end } }) => b4a.compare(start, keyOf(at)) <= 0 && b4a.compare(keyOf(at), end) < 0
      )
      expect(segmentFor(level, keyOf(at))).toBe(expected)
    })
  )
})

test('liveValueBytes() adds up what all segments point to', () => {
  const values = [
    { file: 7, bytes: 10 },
    { file: 8, bytes: 1 }
  ]
  const levels = [[info(1, 0, 1, { values })], [], [info(2, 0, 1, { values: [{ file: 7, bytes: 5 }] })]]
  expect(Array.from(liveValueBytes(levels))).toEqual([
    [7, 15],
    [8, 1]
  ])
})
