import { assert, asyncProperty, check } from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { firstDifference } from './compare.js'
import { sequence } from './sequence.js'
import { WRONG_STORES } from './wrong-stores.js'
import { Ours, Stock7 } from '../kit/store.js'

// To repeat a failure, set the seed it printed; to look for more, another seed and many runs.
const SEED = Number(process.env['DIFFERENTIAL_SEED'] ?? 7_12_5)
const RUNS = Number(process.env['DIFFERENTIAL_RUNS'] ?? 240)

// A difference that is a call that hangs would be made smaller for hours.
const SHRINKING = { interruptAfterTimeLimit: RUNS * 1_000, markInterruptAsFailure: true }

// Stock's idle cores stay in memory however long a sequence takes on a busy machine.
beforeAll(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterAll(() => {
  vi.useRealTimers()
})

test(`${RUNS} random sequences of calls give the same on stock and on ours`, { timeout: 0 }, async () => {
  const property = asyncProperty(sequence, async (steps) => {
    const difference = await firstDifference(Stock7, Ours, steps)
    if (difference !== null) expect(difference.candidate).toEqual(difference.reference)
  })
  await assert(property, { seed: SEED, numRuns: RUNS, ...SHRINKING })
})

test.each(Object.entries(WRONG_STORES))('a store that %s is found', async (_what, Wrong) => {
  const property = asyncProperty(sequence, async (steps) => {
    return (await firstDifference(Stock7, Wrong, steps)) === null
  })
  const { failed } = await check(property, { seed: SEED, numRuns: 100, endOnFailure: true })
  expect(failed).toBe(true)
})
