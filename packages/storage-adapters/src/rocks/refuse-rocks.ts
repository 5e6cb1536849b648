import { runtimeWithoutLibuv } from '@manycore/kv'
import { StorageError } from '../errors.js'

/**
 * RocksDB, and the lock of its directory, end a process of Bun or Deno: run before anything of them is touched.
 * @param what  that is to be opened
 * @throws STORAGE_UNSUPPORTED
 */
export function refuseRocks(what: string): void {
  const runtime = runtimeWithoutLibuv()
  if (runtime === null) return
  throw new StorageError(
    'STORAGE_UNSUPPORTED',
    `${runtime} cannot open ${what}, for RocksDB does not run there. What does: files of random-access-file, as in ` +
      '(name) => new RandomAccessFile(name, { directory }), a MemoryEngine, or an abstract-level database'
  )
}

/** Is it a hypercore-storage that opens, or was given, a RocksDB? */
export function isOverRocks(storage: unknown): boolean {
  const { rocks } = storage as { rocks?: object }
  return rocks?.constructor.name === 'RocksDB' // by name, for there may be several copies
}
