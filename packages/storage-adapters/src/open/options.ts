import { aBoolean, anInteger, badArgument, callEach, readGiven } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import { ROCKS_TUNING } from '../rocks/tuning.js'
import type { RocksTuning } from '../rocks/tuning.js'

/** Options of `openStorage(storage, options)`. Those of `RocksTuning` count for a path only. */
export interface OpenStorageOptions extends RocksTuning {
  /** True: nothing is written and no lock is taken. The store must exist. */
  readOnly?: boolean
  /** True: waits for the lock and does not fail with ELOCKED. Ignored with `readOnly`. */
  wait?: boolean
  /** True: the directory may be copied or moved, so it is not checked on which device it was made. */
  allowBackup?: boolean
  /** One line of text that is stored with the lock: opening with another one fails with DEVICE_FILE. Null: none. */
  id?: string | null
  /** How many Merkle tree nodes are kept in memory. */
  treeCache?: { maxSize: number }
  /** True: whatever an open fails with, RocksDB's log is discarded for the next one. */
  alwaysRecover?: boolean
  /** Called with the discovery key, 32 bytes, of each core that is looked up, before it is known to be stored. */
  onresume?: ((discoveryKey: Uint8Array) => void) | null
}

const TREE_CACHE = {
  maxSize: { check: anInteger(1), unit: 'nodes' }
} satisfies OptionTable<{ maxSize: number }>

const TABLE = {
  ...ROCKS_TUNING,
  readOnly: { check: aBoolean, default: false },
  wait: { check: aBoolean, default: false },
  allowBackup: { check: aBoolean, default: false },
  id: {
    check(field, value) {
      // It becomes a line `id=…` of the file CORESTORE, which is trimmed when read.
      if (value === null || (typeof value === 'string' && /^\S(.*\S)?$/.test(value))) return value
      throw badArgument(field, 'one line of text without surrounding space, or null', value)
    },
    otherwise: 'none'
  },
  treeCache: {
    check(field, value) {
      if (value === null) throw badArgument(field, 'an object', value)
      const { maxSize } = readGiven(value as { maxSize: number }, TREE_CACHE, field)
      if (maxSize !== undefined) return { maxSize }
      throw badArgument(`${field}.maxSize`, 'an integer ≥ 1', maxSize)
    },
    otherwise: '8192 nodes'
  },
  alwaysRecover: { check: aBoolean, default: false },
  onresume: {
    check(field, value) {
      if (value === null) return value
      if (typeof value === 'function')
        return (discoveryKey) => callEach([value as (key: Uint8Array) => void], discoveryKey)
      throw badArgument(field, 'a function, or null', value)
    },
    otherwise: 'none'
  }
} satisfies OptionTable<OpenStorageOptions>

/** @throws BAD_ARGUMENT naming the option */
export function readOpenStorageOptions(opts: OpenStorageOptions | undefined): OpenStorageOptions {
  return readGiven(opts, TABLE)
}
