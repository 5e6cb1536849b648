import { runtimeWithoutLibuv } from '@manycore/kv'
import type { Entry, Range } from '@manycore/kv'
import { StorageError } from '../errors.js'

/** The column family that hypercore-storage 3.3 keeps its data in (`createColumnFamily()` of index.js): each opens what the other wrote. */
export const COLUMN_FAMILY = 'corestore'
export const COLUMN_FAMILY_OPTIONS: object = {
  enableBlobFiles: true,
  minBlobSize: 4096,
  blobFileSize: 256 * 1024 * 1024,
  enableBlobGarbageCollection: true,
  tableBlockSize: 8192,
  tableCacheIndexAndFilterBlocks: true,
  tableFormatVersion: 6,
  blobGarbageCollectionForceThreshold: 1.0
}

/** A RocksDB that the caller made: what is used of a database of rocksdb-native 3, or of a session of one. */
export interface RocksDatabase {
  /** The directory of the database. */
  readonly path: string
  /** Must be false, because a column family can be added only before the database opens. */
  readonly opened: boolean
  /** Gives the database, or a session of it, one more column family. */
  columnFamily(column: never): unknown
  /** A session, which can be closed without closing the database. */
  session(): unknown
  /** Opens it. */
  ready(): Promise<void>
  /** Closes it. */
  close(): Promise<void>
}

/** What is used of a session of rocksdb-native 3 once it is open: `read()`, `iterator()`, `snapshot()` and `close()` of index.js. */
export interface RocksSession {
  read(opts: { autoDestroy: boolean; capacity: number }): RocksReads
  iterator(range: Range & { readonly capacity: number }): RocksRows
  snapshot(): RocksSession
  close(): Promise<void>
}

interface RocksReads {
  get(key: Uint8Array): Promise<Uint8Array | null>
  tryFlush(): void
}

/** The rows of a range: a streamx Readable. */
export interface RocksRows {
  /** null = nothing is ready */
  read(): Entry | null
  on(event: 'readable' | 'end' | 'close', fn: () => void): void
  on(event: 'error', fn: (err: Error) => void): void
  destroy(): void
}

/** Told by its shape, because there may be several copies of rocksdb-native. */
export function isRocks(storage: unknown): storage is RocksDatabase {
  const rocks = storage as (Partial<RocksDatabase> & object) | null | undefined
  if (typeof rocks !== 'object' || rocks === null) return false
  const Rocks = rocks.constructor as { ColumnFamily?: unknown } | undefined
  const calls = [Rocks?.ColumnFamily, rocks.columnFamily, rocks.session, rocks.ready, rocks.close]
  return typeof rocks.path === 'string' && calls.every((call) => typeof call === 'function')
}

/**
 * RocksDB, and the lock of its directory, end a process of Bun or Deno. Call this before touching either.
 * @param what  what is about to be opened, for the message
 * @throws STORAGE_UNSUPPORTED
 */
export function refuseRocks(what: string): void {
  const runtime = runtimeWithoutLibuv()
  if (runtime === null) return
  throw new StorageError(
    'STORAGE_UNSUPPORTED',
    `${runtime} cannot open ${what}, because RocksDB does not run there. These storages do: files of ` +
      'random-access-file, as in (name) => new RandomAccessFile(name, { directory }), a MemoryEngine, or an ' +
      'abstract-level database'
  )
}

// What RocksDB and the lock of its directory say when they fail: a text is passed on, and not the kind of the error.

/** Somebody has the store open: fd-lock 2 (`_open()`), and RocksDB (`LockFile()` of env/fs_posix.cc). */
export const LOCKED: RegExp =
  /^File descriptor could not be locked|lock hold by current process|^While lock file: /i

/** What strerror(3) says if the file system is the cause. */
export const REFUSED: RegExp =
  /Permission denied|Operation not permitted|Read-only file system|No space left|quota exceeded|Too many open files/i

export const DISK_FULL: RegExp = /No space left|quota exceeded/i

export const DAMAGED: RegExp =
  /corrupt|CURRENT file|checksum mismatch|contains existing log file|No such file or directory/i

/** Whoever opened the store in the meantime rewrote its file SESSION_ID. */
export const CHANGED: RegExp = /^Session ID does not match/

/** A database got its column family when it was already opening. */
export const OPENED_BEFORE: RegExp = /^column family handle cannot be null/
