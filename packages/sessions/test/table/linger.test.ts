import { expect, test } from 'vitest'
import { systemClock } from '../../src/index.js'
import { Linger } from '../../src/table/idle-cores.js'
import { ManualClock } from '../kit/manual-clock.js'

function start(ms = 10) {
  const clock = new ManualClock()
  const expired: string[] = []
  return { clock, expired, linger: new Linger<string>(ms, clock, (item) => expired.push(item)) }
}

test('each item expires once its own time is over', () => {
  const { clock, expired, linger } = start()
  linger.add('a')
  clock.advance(4)
  linger.add('b')
  clock.advance(5)
  expect(expired).toEqual([])
  clock.advance(1)
  expect(expired).toEqual(['a'])
  clock.advance(4)
  expect(expired).toEqual(['a', 'b'])
  expect([linger.size, clock.timers]).toEqual([0, 0])
})

test('any number of items share one timer', () => {
  const { clock, linger } = start()
  for (let i = 0; i < 100; i++) {
    linger.add(`${i}`)
    clock.advance(0.01)
    expect(clock.timers).toBe(1)
  }
})

test('adding an item again starts its time anew', () => {
  const { clock, expired, linger } = start()
  linger.add('a')
  linger.add('b')
  clock.advance(6)
  linger.add('a')
  clock.advance(4)
  expect(expired).toEqual(['b'])
  clock.advance(6)
  expect(expired).toEqual(['b', 'a'])
})

test('the last item that is deleted takes the timer with it', () => {
  const { clock, expired, linger } = start()
  linger.add('a')
  linger.add('b')
  linger.delete('a')
  expect(clock.timers).toBe(1)
  linger.delete('b')
  expect(clock.timers).toBe(0)
  linger.delete('b')
  clock.advance(100)
  expect(expired).toEqual([])
})

test('an item that comes back while it expires waits its time again, on the one timer', () => {
  const clock = new ManualClock()
  const expired: number[] = []
  const linger: Linger<string> = new Linger('ab'.length, clock, (item) => {
    expired.push(clock.now())
    if (expired.length < 3) linger.add(item)
    expect(clock.timers).toBeLessThanOrEqual(1)
  })
  linger.add('a')
  clock.advance(1)
  linger.add('b')
  clock.advance(100)
  expect(expired).toEqual([2, 3, 4, 5])
  expect(clock.timers).toBe(0)
})

test('the system clock does not keep the process alive', () => {
  const timer = systemClock.setTimeout(() => {}, 1000) as NodeJS.Timeout
  expect(timer.hasRef()).toBe(false)
  systemClock.clearTimeout(timer)
})
