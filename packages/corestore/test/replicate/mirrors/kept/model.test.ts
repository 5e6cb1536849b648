import { array, assert, asyncProperty, constant, nat, oneof, record } from 'fast-check'
import { MemoryEngine } from '@manycore/kv'
import type { StorageInput } from '@manycore/storage-adapters'
import RandomAccessFile from 'random-access-file'
import { test } from 'vitest'
import { temporaryDirectory } from '../../../kit/temporary-directory.js'
import { CORES, World } from './world.js'
import type { Step } from './world.js'

// To look for more: another seed, and more runs.
const SEED = Number(process.env['KEPT_SEED'] ?? 13)
const RUNS = Number(process.env['KEPT_RUNS'] ?? 60)

const side = nat(1)
const core = nat(CORES - 1)
const n = nat(7)

function of<T extends Step['do']>(weight: number, ...names: T[]): { weight: number; arbitrary: never } {
  const each = names.map((name) => record({ do: constant(name), side, core, n }))
  return { weight, arbitrary: oneof(...each) as never }
}

const step = oneof(
  of(5, 'append'),
  of(4, 'connect', 'wait'),
  of(4, 'truncate', 'clear', 'create'),
  of(3, 'remove'),
  of(4, 'disconnect', 'settle', 'reopen'),
  of(2, 'drop')
)
const steps = array(step as never, { minLength: 4, maxLength: 40 })

/** @returns a function that opens the same storage each time */
const STORAGES: Record<string, () => () => StorageInput> = {
  memory: () => {
    const engine = new MemoryEngine({ reusable: true })
    return () => engine
  },
  files: () => {
    const directory = temporaryDirectory()
    return () => (name) => new RandomAccessFile(name, { directory })
  },
  RocksDB: () => {
    const directory = temporaryDirectory()
    return () => directory
  }
}

test.each(Object.entries({ memory: RUNS, files: RUNS / 10, RocksDB: RUNS / 10 }))(
  `on %s, whatever happens, the index that is kept is that which would be made of what is stored (%i runs, seed ${SEED})`,
  async (kind, numRuns) => {
    const runs = asyncProperty(steps, async (some) => {
      const world = new World([STORAGES[kind]!(), STORAGES[kind]!()])
      for (let i = 0; i < CORES - 1; i++) await world.take({ do: 'append', side: 0, core: i, n: 2 })
      await world.take({ do: 'connect', side: 0 })
      for (const each of some as Step[]) await world.take(each)
      await world.take({ do: 'connect', side: 0 })
      await world.check()
    })
    await assert(runs, { seed: SEED, numRuns: Math.ceil(numRuns) })
  }
)
