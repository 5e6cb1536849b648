import { expect, test } from 'vitest'
import { UNASKED_BURST_BYTES, UNASKED_BYTES_PER_MS } from '../../../src/defaults.js'
import { Pace } from '../../../src/wire/frames/pace.js'
import { SteppedClock } from '../../kit/stepped-clock.js'

test('what few do now and then is read at once, and what goes on waits as long as it takes at the pace', () => {
  const clock = new SteppedClock()
  clock.ms = 1e6
  const pace = new Pace(clock)
  expect(pace.take(UNASKED_BURST_BYTES)).toBe(0)
  expect(pace.take(10 * UNASKED_BYTES_PER_MS)).toBe(10)
  expect(pace.take(10 * UNASKED_BYTES_PER_MS)).toBe(20) // whoever comes next waits behind it
  clock.ms += 20
  expect(pace.take(UNASKED_BYTES_PER_MS)).toBe(1)
  clock.ms += 1e6
  expect(pace.take(UNASKED_BURST_BYTES)).toBe(0)
})
