import { expect, test } from 'vitest'
import { closeAll, forEach } from '@manycore/ground'

/** A step, and how to end it. */
function held(name: string, log: string[]): { step: () => Promise<void>; end: () => void } {
  let end = (): void => {}
  const promise = new Promise<void>((resolve) => (end = resolve))
  const step = async (): Promise<void> => {
    log.push(`${name} begins`)
    await promise
    log.push(`${name} ends`)
  }
  return { step, end }
}

test.each(['in turn', 'together', 2] as const)(
  '%s: every step runs, and one failure is thrown as itself',
  async (how) => {
    const ran: string[] = []
    const failure = new Error('of the second')
    const steps = [
      () => ran.push('first'),
      () => {
        ran.push('second')
        throw failure
      },
      async () => ran.push('third')
    ]
    await expect(closeAll('closing', steps, how)).rejects.toBe(failure)
    expect(ran).toEqual(['first', 'second', 'third'])
  }
)

test.each(['in turn', 'together', 2] as const)(
  '%s: several failures are one AggregateError, flat',
  async (how) => {
    const errors = [1, 2, 3, 4].map((n) => new Error(`number ${n}`))
    const steps = [
      () => Promise.reject(errors[0]!),
      () => closeAll('closing a part', [() => Promise.reject(errors[1]!), () => Promise.reject(errors[2]!)]),
      async () => {},
      () => Promise.reject(errors[3]!)
    ]
    const err: unknown = await closeAll('closing the whole', steps, how).catch((each: unknown) => each)
    expect(err).toBeInstanceOf(AggregateError)
    expect(err).toMatchObject({ message: 'closing the whole: 4 steps failed', errors })
  }
)

test('in turn: a step begins when the one before has ended', async () => {
  const log: string[] = []
  const [first, second] = [held('first', log), held('second', log)]
  const closing = closeAll('closing', [first.step, second.step])
  second.end()
  await new Promise((resolve) => setImmediate(resolve))
  expect(log).toEqual(['first begins'])
  first.end()
  await closing
  expect(log).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
})

test('together: all steps begin at once', async () => {
  const log: string[] = []
  const [first, second] = [held('first', log), held('second', log)]
  const closing = closeAll('closing', [first.step, second.step], 'together')
  expect(log).toEqual(['first begins', 'second begins'])
  second.end()
  first.end()
  await closing
})

test('a number: so many steps are under way at most, and none is taken before it begins', async () => {
  const log: string[] = []
  const held3 = ['first', 'second', 'third'].map((name) => held(name, log))
  let taken = 0
  function* steps(): Generator<() => Promise<void>> {
    for (const { step } of held3) {
      taken++
      yield step
    }
  }
  const closing = closeAll('closing', steps(), 2)
  await new Promise((resolve) => setImmediate(resolve))
  expect([log, taken]).toEqual([['first begins', 'second begins'], 2])
  held3[1]!.end()
  await new Promise((resolve) => setImmediate(resolve))
  expect(log).toEqual(['first begins', 'second begins', 'second ends', 'third begins'])
  for (const each of held3) each.end()
  await closing
})

test('forEach() calls once for each of many items, and no more than so many at a time', async () => {
  const seen: number[] = []
  let [underWay, most] = [0, 0]
  await forEach(Array(1000).keys(), 7, async (i) => {
    most = Math.max(most, ++underWay)
    await (i % 3 === 0 ? null : new Promise((resolve) => setImmediate(resolve)))
    seen.push(i)
    underWay--
  })
  expect(seen.toSorted((a, b) => a - b)).toEqual([...Array(1000).keys()])
  expect(most).toBe(7)
})

test('no steps are no failure', async () => {
  await expect(closeAll('closing', [])).resolves.toBeUndefined()
})
