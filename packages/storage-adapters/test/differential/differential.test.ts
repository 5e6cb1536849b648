import { beforeAll, expect, test } from 'vitest'
import { STORAGES } from '../compliance/storages.js'
import { runWorkload } from './workload.js'

const STEPS = 120
/** Another seed: `SEED=7 npx vitest run differential`; a failure names its own. */
const SEEDS = process.env.SEED === undefined ? [1, 2, 3] : [Number(process.env.SEED)]

const [rocks, ...others] = STORAGES
const expected = new Map<number, string[]>()

beforeAll(async () => {
  for (const seed of SEEDS) expected.set(seed, await runOn(rocks!, seed))
})

test.each(others.map((storage) => [storage.name, storage] as const))(
  '%s reads what RocksDB reads, after the same random calls',
  async (_, storage) => {
    for (const seed of SEEDS) {
      expect(firstDifference(await runOn(storage, seed), expected.get(seed)!), `seed ${seed}`).toBeNull()
    }
  }
)

async function runOn(storage: (typeof STORAGES)[number], seed: number): Promise<string[]> {
  const place = await storage.create()
  try {
    return await runWorkload(place, seed, STEPS)
  } finally {
    await place.remove?.()
  }
}

/** Where two runs part, with what either of them reads there. */
function firstDifference(actual: string[], wanted: string[]): object | null {
  const step = wanted.findIndex((note, i) => note !== actual[i])
  if (step === -1) return null
  const [got, rocks] = [actual[step] ?? '', wanted[step]!]
  let at = 0
  while (got[at] === rocks[at]) at++
  return {
    step,
    got: got.slice(Math.max(0, at - 80), at + 80),
    rocks: rocks.slice(Math.max(0, at - 80), at + 80)
  }
}
