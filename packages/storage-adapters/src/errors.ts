import { CodedError, isManycoreError as isOurs } from '@manycore/ground'
import type { ManycoreErrorGuard } from '@manycore/ground'
import type { EngineErrorCode } from '@manycore/kv'

/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const STORAGE_ERRORS = {
  BAD_ARGUMENT:
    'An argument or option has the wrong type, length or value, or no option has that name. A TypeError; `field` names it.',
  ELOCKED:
    'The store is open elsewhere, in this process or another; `holder` is the id of that process, if it is known.',
  STORAGE_EMPTY:
    'There is nothing stored here: no store (opened read-only), no such core, or no data where data is needed.',
  STORAGE_FOREIGN_FILES: 'The directory holds files that are not of a store. Nothing was moved or created.',
  STORAGE_UNREADABLE:
    'The file system or RocksDB refused; `cause` says how. If the disk is full, make room and open the store again: nothing is lost.',
  STORAGE_CORRUPT: 'RocksDB found its own files damaged or missing.',
  STORAGE_VERSION: 'The store was written by a newer version of hypercore-storage. Upgrade it.',
  DEVICE_FILE: 'The store was copied, was moved here from another machine, or has another `id`.',
  STORAGE_CHANGED: 'Another process opened the store while it was suspended. Close it and open it again.',
  STORAGE_UNSUPPORTED: 'This runtime cannot run RocksDB. The message names the storages that work there.',
  JOURNAL_STALE:
    'The journal of changes was made anew since that checkpoint, and cannot say what has changed. Read everything.',
  STORAGE_CLOSED: 'The call came after close().'
} as const

/** A code of `STORAGE_ERRORS`. */
export type StorageErrorCode = keyof typeof STORAGE_ERRORS

/** A store that cannot be opened, or is no longer open. */
export class StorageError extends CodedError<StorageErrorCode> {
  /** Always 'StorageError'. */
  override readonly name = 'StorageError'

  /** @deprecated It is `holder` in every package now; this name goes with the next minor version. */
  get pid(): number | undefined {
    return this.holder
  }
}

/**
 * Is this an error of a Manycore package, and has it one of these codes? None means any. It does not matter which
 * package threw it, or which copy of the package. False for what others throw: Node, Hypercore, RocksDB.
 */
export const isManycoreError: ManycoreErrorGuard<StorageErrorCode | EngineErrorCode> = isOurs
