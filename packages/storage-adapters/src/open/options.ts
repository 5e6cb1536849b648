import { aBoolean, badArgument, callEach, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import { ROCKS_TUNING } from '../rocks/tuning.js'
import type { RocksTuning } from '../rocks/tuning.js'

/** How a store is opened. Those of `RocksTuning` count for a path only. */
export interface OpenStorageOptions extends RocksTuning {
  /** nothing is written and no lock is taken; the store must exist; default false */
  readOnly?: boolean
  /** wait for the lock instead of failing with ELOCKED; ignored when readOnly; default false */
  wait?: boolean
  /** the directory may be copied or moved: no check of the device it was made on; default false */
  allowBackup?: boolean
  /** stored with the lock; opening with another id fails with DEVICE_FILE; null = none */
  id?: string | null
  /** how many Merkle tree nodes are kept in memory; default 8192 */
  treeCache?: { maxSize: number }
  /** true = whatever an open fails with, RocksDB's log is discarded for the next one; default false */
  alwaysRecover?: boolean
  /** called with the discovery key of each core that is looked up, 32 bytes, before it is known to be stored */
  onresume?: ((discoveryKey: Uint8Array) => void) | null
}

const TREE_CACHE: OptionTable<{ maxSize: number }> = {
  maxSize(field, value) {
    if (Number.isInteger(value) && (value as number) >= 1) return value as number
    throw badArgument(field, 'an integer ≥ 1', value)
  }
}

const TABLE: OptionTable<OpenStorageOptions> = {
  ...ROCKS_TUNING,
  readOnly: aBoolean,
  wait: aBoolean,
  allowBackup: aBoolean,
  id(field, value) {
    // It becomes a line `id=…` of the file CORESTORE, which is trimmed when read.
    if (value === null || (typeof value === 'string' && /^\S(.*\S)?$/.test(value))) return value
    throw badArgument(field, 'one line of text without surrounding space, or null', value)
  },
  treeCache(field, value) {
    if (value === null) throw badArgument(field, 'an object', value)
    const { maxSize } = readOptions(value as { maxSize: number }, TREE_CACHE, field)
    if (maxSize !== undefined) return { maxSize }
    throw badArgument(`${field}.maxSize`, 'an integer ≥ 1', maxSize)
  },
  alwaysRecover: aBoolean,
  onresume(field, value) {
    if (value === null) return value
    if (typeof value === 'function')
      return (discoveryKey) => callEach([value as (key: Uint8Array) => void], discoveryKey)
    throw badArgument(field, 'a function, or null', value)
  }
}

/** @throws BAD_ARGUMENT naming the option */
export function readOpenStorageOptions(opts: OpenStorageOptions | undefined): OpenStorageOptions {
  return readOptions(opts, TABLE)
}
