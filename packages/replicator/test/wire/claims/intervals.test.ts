import { expect, test } from 'vitest'
import { Intervals } from '../../../src/wire/claims/intervals.js'
import { seed, seeded } from '../../hostile/kit/random.js'

test('intervals are the set of blocks that were added and not removed, merged as far as they touch', () => {
  const random = seeded(seed())
  const most = 64
  const total = { count: 0 }
  let others = 0
  for (let round = 0; round < 300; round++) {
    const intervals = new Intervals(total)
    const blocks = new Set<number>()
    for (let step = 0; step < 40; step++) {
      const start = random(most)
      const end = start + random(8)
      const isAdded = random(3) > 0
      if (isAdded) intervals.add(start, end)
      else intervals.remove(start, end)
      for (let i = start; i < end; i++) {
        if (isAdded) blocks.add(i)
        else blocks.delete(i)
      }
      expectSame(intervals, blocks, most + 8)
    }
    const below = random(most)
    const taken = intervals.takeBelow(below)
    const before = [...blocks].filter((block) => block < below).toSorted((a, b) => a - b)
    expect(
      taken.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i))
    ).toEqual(before)
    for (const block of before) blocks.delete(block)
    expectSame(intervals, blocks, most + 8)
    expect(total.count).toBe((others += intervals.size))
  }
})

test('numbers beyond 32 bits are as good as others', () => {
  const intervals = new Intervals()
  intervals.add(2 ** 35, 2 ** 36)
  intervals.add(2 ** 36, 2 ** 36 + 1)
  intervals.remove(2 ** 35 + 5, 2 ** 35 + 6)
  expect([intervals.size, intervals.end, intervals.has(2 ** 36), intervals.has(2 ** 35 + 5)]).toEqual([
    2,
    2 ** 36 + 1,
    true,
    false
  ])
})

function expectSame(intervals: Intervals, blocks: ReadonlySet<number>, most: number): void {
  const all = Array.from({ length: most }, (_, i) => i)
  expect(all.filter((i) => intervals.has(i))).toEqual(all.filter((i) => blocks.has(i)))
  expect(intervals.size).toBe(all.filter((i) => blocks.has(i) && !blocks.has(i - 1)).length)
  expect(intervals.end).toBe(Math.max(-1, ...blocks) + 1)
}
