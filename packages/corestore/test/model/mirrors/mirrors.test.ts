import { expect, test } from 'vitest'
import { hunt, play } from './hunt.mjs'

const RUNS = 30
/** `MANYCORE_SEED=1 MANYCORE_PATH=7:2` plays one history that has failed, as the failure names it. */
const seed = Number(process.env['MANYCORE_SEED'] ?? 1)
const path = process.env['MANYCORE_PATH']

test(`stores that mirror have equal copies in the end, and none that they may not have: ${RUNS} histories from seed ${seed}`, async () => {
  let left = RUNS
  const { runs } = await hunt({ seed, ...(path !== undefined && { path }), until: () => left-- === 0 })
  expect(runs).toBe(path === undefined ? RUNS : 1)
})

test('a core that is written anew to the same length while two stores are apart is equal in the end', async () => {
  const steps = await play({
    storages: ['memory', 'memory'],
    cores: [{ store: 0, blocks: 4, copies: [1] }],
    steps: [
      { name: 'connect', one: 0, other: 1 },
      { name: 'level' },
      { name: 'cut', one: 0, other: 1 },
      { name: 'rewrite', core: 0, length: 1 }
    ],
    shape: 'all'
  })
  expect(steps).toBe(4)
})
