import { expect, test } from 'vitest'
import { hunt } from './lifecycle.mjs'

const SEED = 1
const RUNS = 60

test(`suspend(), resume() and close() in any order end as the table says, on every storage: ${RUNS} runs from seed ${SEED}`, async () => {
  let left = RUNS
  expect(await hunt({ seed: SEED, until: () => left-- === 0 })).toMatchObject({ runs: RUNS })
})
