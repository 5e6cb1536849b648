import { expect, test } from 'vitest'
import { hunt } from './lifecycle.mjs'

const SEED = 1
const RUNS = 150

test(`lifecycle calls in any order end as the table says, on every engine: ${RUNS} runs from seed ${SEED}`, async () => {
  let left = RUNS
  expect(await hunt({ seed: SEED, until: () => left-- === 0 })).toMatchObject({ runs: RUNS })
})
