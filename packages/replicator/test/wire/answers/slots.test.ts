import { setImmediate as settled } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Slots } from '../../../src/wire/answers/slots.js'

test('so many at a time, and then the one whose stream has been given the least', async () => {
  const { add, done, end } = begun(2)
  add('one', 5)
  add('two', 5)
  add('much', 9)
  add('little', 1)
  add('some', 5)
  await settled()
  expect(done).toEqual(['one', 'two'])
  for (const next of ['little', 'some', 'much']) {
    await end()
    expect(done.at(-1)).toBe(next)
  }
})

test("a failure is the caller's, and frees its slot", async () => {
  const slots = new Slots(1)
  await expect(slots.do(0, () => Promise.reject(new Error('not read')))).rejects.toThrow('not read')
  let isDone = false
  await slots.do(0, async () => void (isDone = true))
  expect(isDone).toBe(true)
})

function begun(count: number) {
  const slots = new Slots(count)
  const done: string[] = []
  const ends: (() => void)[] = []
  return {
    done,
    add(name: string, given: number) {
      void slots.do(given, () => {
        done.push(name)
        return new Promise<void>((resolve) => ends.push(resolve))
      })
    },
    async end() {
      ends.shift()!()
      await settled()
    }
  }
}
