import { aBoolean, aCount, aFunction, badArgument, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import { CACHE_BYTES, MEMTABLE_BYTES } from '../defaults.js'
import { DEFAULT_SIZES, type LevelSizes } from '../compaction/sizes.js'
import type { RandomAccess } from '../disk/random-access.js'

export interface RandomAccessEngineOptions {
  /**
   * What an acknowledged batch survives: 'process' (default) = the end of the process, 'power' = also a
   * loss of power, by a sync before each acknowledgement.
   */
  durability?: 'process' | 'power'
  /** Makes what was written to a file permanent; default: fdatasync where the file has a descriptor. */
  sync?: (file: RandomAccess) => Promise<void>
  /** of new data that is kept in memory before it is flushed to a segment, > 0; default 8 MiB */
  memtableBytes?: number
  /** of blocks that were read, kept in memory, ≥ 0; default 32 MiB */
  cacheBytes?: number
  /** of what is on the disk; default: see LevelSizes */
  levelSizes?: Partial<LevelSizes>
  /**
   * true = nothing is created, written or removed, and the store stays as it was when it was opened, even if a writer goes
   * on; default false
   */
  readOnly?: boolean
  /** false = no process lock; default true: where the files have descriptors */
  lock?: boolean
  /** true = open() waits for the lock instead of rejecting with ELOCKED; default false */
  wait?: boolean
}

/** With what was left out. */
export type CheckedOptions = Required<Omit<RandomAccessEngineOptions, 'sync' | 'levelSizes'>> &
  Pick<RandomAccessEngineOptions, 'sync'> & { levelSizes: LevelSizes }

const SIZES: OptionTable<Partial<LevelSizes>> = {
  level0Segments: aSize,
  level1Bytes: aSize,
  ratio: aSize,
  segmentBytes: aSize,
  smallValueFileBytes: aSize
}

const TABLE: OptionTable<RandomAccessEngineOptions> = {
  durability(field, value) {
    if (value === 'process' || value === 'power') return value
    throw badArgument(field, "'process' or 'power'", value)
  },
  sync: aFunction,
  memtableBytes: aSize,
  cacheBytes: aCount,
  levelSizes: (field, value) => readOptions(value as Partial<LevelSizes>, SIZES, field),
  readOnly: aBoolean,
  lock: aBoolean,
  wait: aBoolean
}

const DEFAULTS = {
  durability: 'process',
  memtableBytes: MEMTABLE_BYTES,
  cacheBytes: CACHE_BYTES,
  readOnly: false,
  lock: true,
  wait: false
} as const

/** @throws BAD_ARGUMENT */
export function checkOptions(options: RandomAccessEngineOptions | undefined): CheckedOptions {
  const { levelSizes, ...given } = readOptions(options, TABLE)
  return { ...DEFAULTS, ...given, levelSizes: { ...DEFAULT_SIZES, ...levelSizes } }
}

function aSize(field: string, value: unknown): number {
  if (typeof value === 'number' && value > 0) return value
  throw badArgument(field, 'a number > 0', value)
}
