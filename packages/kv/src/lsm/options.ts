import { aBoolean, aCount, aFunction, aSize, badArgument, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import { CACHE_BYTES, MEMTABLE_BYTES } from '../defaults.js'
import { DEFAULT_SIZES, type LevelSizes, readLevelSizes } from '../compaction/sizes.js'
import type { RandomAccess } from '../disk/random-access.js'

/** Options of `new RandomAccessEngine(storage, options)`. */
export interface RandomAccessEngineOptions {
  /**
   * What an acknowledged batch survives. 'process': the end of the process. 'power': a loss of power as well, because of
   * a sync before each acknowledgement.
   */
  durability?: 'process' | 'power'
  /** Makes what was written to a file permanent. */
  sync?: (file: RandomAccess) => Promise<void>
  /** How much new data is kept in memory before it is flushed to a segment; more than 0. */
  memtableBytes?: number
  /** How much of the blocks that were read is kept in memory; 0 is none. */
  cacheBytes?: number
  /** How large the levels on disk may become. */
  levelSizes?: Partial<LevelSizes>
  /**
   * True: nothing is created, written or removed, and the store stays as it was when it was opened, even if a writer goes
   * on.
   */
  readOnly?: boolean
  /** False: no process lock. True: a lock, if the files have descriptors. */
  lock?: boolean
  /** True: open() waits for the lock and does not reject with ELOCKED. */
  wait?: boolean
}

/** With what was left out. */
export type CheckedOptions = Required<Omit<RandomAccessEngineOptions, 'sync' | 'levelSizes'>> &
  Pick<RandomAccessEngineOptions, 'sync'> & { levelSizes: LevelSizes }

const TABLE = {
  durability: {
    check(field, value) {
      if (value === 'process' || value === 'power') return value
      throw badArgument(field, "'process' or 'power'", value)
    },
    default: 'process'
  },
  sync: { check: aFunction, otherwise: 'fdatasync, if the file has a descriptor' },
  memtableBytes: { check: aSize, default: MEMTABLE_BYTES, unit: 'bytes' },
  cacheBytes: { check: aCount, default: CACHE_BYTES, unit: 'bytes' },
  levelSizes: { check: readLevelSizes, default: DEFAULT_SIZES, otherwise: 'those of `LevelSizes`' },
  readOnly: { check: aBoolean, default: false },
  lock: { check: aBoolean, default: true },
  wait: { check: aBoolean, default: false }
} satisfies OptionTable<RandomAccessEngineOptions>

/** @throws BAD_ARGUMENT */
export function checkOptions(options: RandomAccessEngineOptions | undefined): CheckedOptions {
  return readOptions(options, TABLE) as CheckedOptions
}
