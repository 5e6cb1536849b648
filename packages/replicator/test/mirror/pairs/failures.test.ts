import { expect, test } from 'vitest'
import { Failures } from '../../../src/mirror/pairs/failures.js'
import { Line } from '../../../src/wire/mirror/mirror-channel.js'
import { ManualClock } from '../../kit/manual-clock.js'

function scene() {
  const clock = new ManualClock()
  let begun = 0
  const failures = new Failures(clock, () => void begun++)
  const waits = (): number[] => [...clock.timers.values()].map(({ ms }) => ms)
  return { clock, failures, waits, begun: () => begun, line: new Line(1, 1, null as never, () => true) }
}

test('the pauses get longer up to a minute, until all have compared', () => {
  const { clock, failures, waits, begun } = scene()
  const all: number[] = []
  for (let i = 0; i < 8; i++) {
    failures.add(null, new Error(`${i}`), true)
    failures.settle() // nothing has compared
    all.push(...waits())
    clock.run()
  }
  expect(all).toEqual([2000, 4000, 8000, 16_000, 32_000, 64_000, 64_000, 64_000])
  expect(begun()).toBe(8)
  failures.delete(null)
  failures.settle()
  failures.add(null, new Error('later'), true)
  expect(waits()).toEqual([2000])
})

test('what the other end has ended begins anew there, and says nothing new of what failed here', () => {
  const { failures, waits, line } = scene()
  const [ours, theirs] = [new Error('ours'), new Error('theirs')]
  failures.add(line, theirs, false)
  expect([waits(), failures.error]).toEqual([[], theirs])
  failures.add(line, ours, true)
  failures.add(line, theirs, false)
  expect([waits(), failures.error]).toEqual([[2000], ours])
  failures.delete(line)
  expect(failures.error).toBe(null)
})

test('several failures are one pause', () => {
  const { failures, waits, line } = scene()
  failures.add(line, new Error('one'), true)
  failures.add(null, new Error('two'), true)
  expect(waits()).toEqual([2000])
})

test('no timer is left of mirrors that are gone, and nothing is noted after close()', () => {
  const { failures, waits } = scene()
  failures.add(null, new Error('one'), true)
  failures.clear()
  expect([waits(), failures.error]).toEqual([[], null])
  failures.add(null, new Error('two'), true)
  failures.close()
  failures.add(null, new Error('three'), true)
  expect([waits(), failures.error]).toEqual([[], null])
})
