import { expect, test } from 'vitest'
import { closeAll } from '@manycore/ground'

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

test.each(['in turn', 'together'] as const)(
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

test.each(['in turn', 'together'] as const)(
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

test('no steps are no failure', async () => {
  await expect(closeAll('closing', [])).resolves.toBeUndefined()
})
