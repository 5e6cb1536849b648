import b4a from 'b4a'
import { expect, test } from 'vitest'
import { ADVANCE, ALLOWANCE, SMALL_DEBT } from '../../src/wire/costs.js'
import { Work } from '../../src/wire/work.js'
import { SteppedClock } from '../kit/stepped-clock.js'

const REFILL = 100

function scene(): { work: Work; clock: SteppedClock } {
  const clock = new SteppedClock()
  return { work: new Work(clock, () => REFILL), clock }
}

test('what is spent is no debt, and what is charged is both', () => {
  const { work } = scene()
  work.spend(5)
  work.charge(7, null)
  expect([work.spent, work.debt]).toEqual([12, 7])
})

test('the allowance may be used up, and not a microsecond more', () => {
  const { work } = scene()
  work.charge(ALLOWANCE, null)
  expect(work.debt).toBe(ALLOWANCE)
  expect(() => work.charge(1, null)).toThrow(expect.objectContaining({ code: 'TOO_MUCH_WORK' }))
})

test('the allowance comes back with time, and never more than there was', () => {
  const { work, clock } = scene()
  work.charge(ALLOWANCE, null)
  clock.ms += 10
  expect(work.debt).toBe(ALLOWANCE - 10 * REFILL)
  work.charge(10 * REFILL, null)
  clock.ms += 1e9
  expect(work.debt).toBe(0)
})

test('there is much debt from the moment at which it is charged, however long there was little before', () => {
  const { work, clock } = scene()
  work.charge(1, null)
  clock.ms += 1e6
  expect(work.owes(SMALL_DEBT)).toBe(false)
  work.charge(SMALL_DEBT + REFILL, null)
  expect(work.owes(SMALL_DEBT)).toBe(true)
  clock.ms += 1
  expect(work.owes(SMALL_DEBT)).toBe(false)
})

test('what is proved is credited, even in advance, up to a second of work', () => {
  const { work, clock } = scene()
  work.charge(100, null)
  work.credit(60)
  expect(work.debt).toBe(40)
  work.credit(10 * ADVANCE)
  clock.ms += 1000
  expect(work.debt).toBe(-ADVANCE)
  work.charge(ADVANCE + ALLOWANCE, null)
  expect(() => work.charge(1, null)).toThrow('TOO_MUCH_WORK')
})

test('the errors name the core whose channel was charged most', () => {
  const { work } = scene()
  const [little, much] = [{ id: b4a.alloc(32, 1) }, { id: b4a.alloc(32, 2) }]
  expect(work.tooMuch().discoveryKey).toBeUndefined()
  work.charge(30, little)
  expect(work.tooMuch().discoveryKey).toBe(little.id)
  for (let i = 0; i < 4; i++) work.charge(10, much)
  work.charge(5, little)
  expect(work.tooMuch()).toMatchObject({ code: 'TOO_MUCH_WORK', discoveryKey: much.id })
  expect(() => work.charge(ALLOWANCE, null)).toThrow(expect.objectContaining({ discoveryKey: much.id }))
})
