import { afterEach, expect, test, vi } from 'vitest'
import { MAX_TIMER_MS, systemClock } from '@manycore/ground'

afterEach(() => void vi.useRealTimers())

test('the clock of the system runs what is due, unless it is taken back', () => {
  vi.useFakeTimers({ now: 5000 })
  expect(systemClock.now()).toBe(5000)
  const ran: string[] = []
  systemClock.setTimeout(() => ran.push('in time'), 10)
  const handle = systemClock.setTimeout(() => ran.push('taken back'), 10)
  systemClock.clearTimeout(handle)
  vi.advanceTimersByTime(9)
  expect(ran).toEqual([])
  vi.advanceTimersByTime(1)
  expect(ran).toEqual(['in time'])
})

test('its timers do not keep the process alive', () => {
  const active = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = active()
  const handle = systemClock.setTimeout(() => {}, MAX_TIMER_MS)
  expect(active()).toBe(before)
  systemClock.clearTimeout(handle)
})

test('where timers are plain numbers, as in a browser, it works all the same', () => {
  vi.stubGlobal('setTimeout', () => 7)
  expect(systemClock.setTimeout(() => {}, 1)).toBe(7)
  vi.unstubAllGlobals()
})
