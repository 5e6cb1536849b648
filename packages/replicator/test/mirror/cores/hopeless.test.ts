import { expect, test } from 'vitest'
import { Catalog } from '../../../src/mirror/cores/catalog.js'
import { Hopeless } from '../../../src/mirror/cores/hopeless.js'
import { SteppedClock } from '../../kit/stepped-clock.js'
import { storedCopy } from '../../kit/stored-copy.js'

function setUp(): {
  catalog: Catalog
  clock: SteppedClock
  hopeless: Hopeless
  tried: number[][]
  slots: number[]
} {
  const [catalog, clock, tried] = [new Catalog(), new SteppedClock(), [] as number[][]]
  const slots = [1, 2].map((n) => catalog.take(storedCopy(n, 1, 0)))
  const hopeless = new Hopeless(catalog, clock, (again) => void tried.push([...again]))
  return { catalog, clock, hopeless, tried, slots }
}

/** @returns after how many milliseconds it is tried again */
function wait({ clock }: { clock: SteppedClock }): number {
  const { ms } = [...clock.timers.values()][0]!
  clock.run()
  return ms
}

test('what could not be had is tried again together, after twice the time each time, and an hour at most', () => {
  const all = setUp()
  const [one, other] = all.slots as [number, number]
  const waits: number[] = []
  for (let i = 0; i < 9; i++) {
    all.hopeless.add(one)
    all.hopeless.add(other)
    expect(all.hopeless.has(one)).toBe(true)
    waits.push(wait(all))
    expect(all.hopeless.has(one)).toBe(false)
  }
  expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600].map((s) => s * 1000))
  expect(all.tried).toEqual(Array.from({ length: 9 }, () => [one, other]))
})

test('once the peer has brought something, the next wait is a short one', () => {
  const all = setUp()
  for (let i = 0; i < 3; i++) {
    all.hopeless.add(all.slots[0]!)
    wait(all)
  }
  all.hopeless.ease()
  all.hopeless.add(all.slots[0]!)
  expect(wait(all)).toBe(30_000)
})

test('what has changed meanwhile is not among what is tried again', () => {
  const all = setUp()
  for (const slot of all.slots) all.hopeless.add(slot)
  all.hopeless.delete(all.slots[0]!)
  wait(all)
  expect(all.tried).toEqual([[all.slots[1]]])
})

test('the catalog keeps what is given up, until it is tried again or cleared', () => {
  const { catalog, clock, hopeless, slots } = setUp()
  for (const slot of slots) hopeless.add(slot)
  for (const slot of slots) catalog.release(slot)
  expect(catalog.size).toBe(2)
  clock.run()
  expect(catalog.size).toBe(0)
  hopeless.clear()
  expect(clock.timers.size).toBe(0)
})
