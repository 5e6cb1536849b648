import { expect, test } from 'vitest'
import { hunt } from './disk.mjs'

const SEED = 1
const RUNS = 60

test(`what a store promised is there, whatever fails on its disk: ${RUNS} runs from seed ${SEED}`, async () => {
  let left = RUNS
  const { runs, faults } = await hunt({ seed: SEED, until: () => left-- === 0 })
  expect(runs).toBe(RUNS)
  expect(faults, 'faults that happened').toBeGreaterThan(RUNS / 2)
})

test('a batch refused for want of room is not there, though the one after it, whose sync failed too late, is', async () => {
  let left = 1
  const { runs } = await hunt({ seed: 900_000_410, until: () => left-- === 0 })
  expect(runs).toBe(1)
})
