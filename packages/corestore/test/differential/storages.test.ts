import b4a from 'b4a'
import { assert, asyncProperty, check } from 'fast-check'
import type { StorageInput } from '@manycore/storage-adapters'
import { expect, test } from 'vitest'
import { MemoryEngine, type Op } from '@manycore/kv'
import { firstDifference } from './compare.js'
import { sequence } from './sequence.js'
import { KEPT, type StorageKind } from '../kit/storages.js'
import { Ours, type StoreClass } from '../kit/store.js'

// To repeat a failure, set the seed it printed; to look for more, another seed and many runs.
const SEED = Number(process.env['DIFFERENTIAL_SEED'] ?? 7_12_5)
const RUNS = Number(process.env['DIFFERENTIAL_RUNS'] ?? 30)

/** Our class, but where it is given a directory it opens a storage of this kind. */
function on(place: StorageKind['place']): StoreClass {
  const places = new Map<string, () => StorageInput>()
  return class extends Ours {
    constructor(directory: string, opts?: object) {
      const next = places.get(directory) ?? place()
      places.set(directory, next)
      super(next() as string, opts)
    }
  }
}

// The first two are RocksDB itself.
test.each(KEPT.slice(2))(
  `${RUNS} random sequences of calls give the same on RocksDB and on $kind`,
  { timeout: 0 },
  async ({ place }) => {
    const property = asyncProperty(sequence, async (steps) => {
      const difference = await firstDifference(Ours, on(place), steps)
      if (difference !== null) expect(difference.candidate).toEqual(difference.reference)
    })
    await assert(property, {
      seed: SEED,
      numRuns: RUNS,
      interruptAfterTimeLimit: RUNS * 2_000,
      markInterruptAsFailure: true
    })
  }
)

/** Engines that are wrong in one small point each, to see that the comparison finds it. */
const WRONG_ENGINES = {
  'forgets to delete ranges': class extends MemoryEngine {
    override batch(ops: readonly Op[]): Promise<void> {
      return super.batch(ops.filter(({ type }) => type !== 'delRange'))
    }
  },
  'drops empty values': class extends MemoryEngine {
    override batch(ops: readonly Op[]): Promise<void> {
      return super.batch(ops.filter((op) => op.type !== 'put' || op.value.byteLength > 0))
    }
  },
  'forgets what was written when it is reopened': class extends MemoryEngine {
    override async close(): Promise<void> {
      await this.batch([{ type: 'delRange', start: b4a.alloc(1), end: b4a.alloc(1, 0xff) }])
      await super.close()
    }
  }
}

test.each(Object.entries(WRONG_ENGINES))('an engine that %s is found', async (_what, Wrong) => {
  const Candidate = on(() => {
    const engine = new Wrong({ reusable: true })
    return () => engine
  })
  const property = asyncProperty(sequence, async (steps) => {
    return (await firstDifference(Ours, Candidate, steps)) === null
  })
  const { failed } = await check(property, { seed: SEED, numRuns: 100, endOnFailure: true })
  expect(failed).toBe(true)
})
