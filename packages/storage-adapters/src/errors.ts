/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const STORAGE_ERRORS = {
  BAD_ARGUMENT:
    'An argument or option has the wrong type or value, or no option has this name; `field` names it.',
  ELOCKED: 'The store is open elsewhere, in this process or another; `pid` is the holder where known.',
  STORAGE_EMPTY: 'A read-only open found no store in the current layout at this path.',
  STORAGE_FOREIGN_FILES: 'The directory holds files of somebody else; nothing was moved or created.',
  STORAGE_UNREADABLE:
    'The file system or RocksDB refused; `cause` says how. On a full disk: make room and open it again, all is whole.',
  STORAGE_CORRUPT: 'RocksDB found its own files damaged or missing.',
  STORAGE_VERSION: 'The store was written by a newer version; upgrade hypercore-storage.',
  DEVICE_FILE: 'The store was copied, moved from another machine, or has another `id`.',
  STORAGE_CHANGED: 'Another process opened the store while it was suspended; close it and open it again.',
  STORAGE_UNSUPPORTED: 'This runtime cannot run RocksDB; the message names the storages that work there.',
  STORAGE_CLOSED: 'A call after close().'
} as const

export type StorageErrorCode = keyof typeof STORAGE_ERRORS

/** A store that cannot be opened, or is no longer open. */
export class StorageError extends Error {
  readonly code: StorageErrorCode
  /** ELOCKED: the process that holds the store; absent when unknown */
  declare readonly pid?: number // declared only: a printed error shows none that is not set

  constructor(code: StorageErrorCode, message: string, opts: { cause?: unknown; pid?: number } = {}) {
    super(`${code}: ${message}`, 'cause' in opts ? { cause: opts.cause } : {})
    this.name = 'StorageError'
    this.code = code
    if (opts.pid !== undefined) this.pid = opts.pid
  }
}
