import { CACHE_BYTES, MEMTABLE_BYTES } from './defaults.js'
import { badArgument } from './errors.js'
import { DEFAULT_SIZES, type LevelSizes } from './level-sizes.js'
import type { RandomAccess } from './random-access.js'

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
  /** true = nothing is created, written or removed; default false */
  readOnly?: boolean
  /** false = no process lock; default true: where the files have descriptors */
  lock?: boolean
  /** true = open() waits for the lock instead of rejecting with ELOCKED; default false */
  wait?: boolean
}

/** With what was left out. */
export type CheckedOptions = Required<Omit<RandomAccessEngineOptions, 'sync' | 'levelSizes'>> &
  Pick<RandomAccessEngineOptions, 'sync'> & { levelSizes: LevelSizes }

/** @throws BAD_ARGUMENT */
export function checkOptions(options: RandomAccessEngineOptions): CheckedOptions {
  const {
    durability = 'process',
    memtableBytes = MEMTABLE_BYTES,
    cacheBytes = CACHE_BYTES,
    levelSizes,
    readOnly = false,
    lock = true,
    wait = false,
    sync
  } = options
  if (durability !== 'process' && durability !== 'power')
    throw badArgument('durability', "'process' or 'power'", durability)
  if (!(memtableBytes > 0)) throw badArgument('memtableBytes', 'a number > 0', memtableBytes)
  if (!(cacheBytes >= 0)) throw badArgument('cacheBytes', 'a number ≥ 0', cacheBytes)
  if (sync !== undefined && typeof sync !== 'function') throw badArgument('sync', 'a function', sync)
  const sizes = { ...DEFAULT_SIZES, ...levelSizes }
  for (const [name, size] of Object.entries(sizes))
    if (!(size > 0)) throw badArgument(`levelSizes.${name}`, 'a number > 0', size)
  const checked = { durability, memtableBytes, cacheBytes, levelSizes: sizes, readOnly, lock, wait }
  return sync === undefined ? checked : { ...checked, sync }
}
