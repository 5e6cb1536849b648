import HypercoreStorage from 'hypercore-storage'
import { badArgument } from '@manycore/ground'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import { RandomAccessEngine } from '@manycore/kv'
import type { Engine } from '@manycore/kv'
import { openEngine } from '../facade/storage.js'
import { isLevelDatabase } from '../level/database.js'
import { LevelEngine } from '../level/engine.js'
import { openGivenRocks, openRocks } from '../rocks/storage.js'
import { isOverRocks } from '../upstream/hypercore-storage.js'
import { isRocks, refuseRocks } from '../upstream/rocksdb-native.js'
import { ACCEPTED, isEngine, isRandomAccess, refuseClass } from './kinds.js'
import type { StorageInput } from './kinds.js'
import { readOpenStorageOptions } from './options.js'
import type { OpenStorageOptions } from './options.js'

/**
 * Returns what Hypercore 11 takes as storage. The call returns at once; the store opens at `ready()`, or at the first use.
 * @param storage  - a directory path: RocksDB in Corestore 7's layout;
 *                 - a hypercore-storage instance: is returned as it is;
 *                 - a RocksDB of rocksdb-native that is not open yet, or a session of one: the store is a column family
 *                   in it;
 *                 - an engine or an abstract-level database: hypercore-storage over it;
 *                 - a random-access-storage class, a function `(name) => instance`, or one instance: a store in files.
 *
 *                 What is passed belongs to the store, whose close() closes it.
 * @param options  ignored for a hypercore-storage instance
 * @throws BAD_ARGUMENT, STORAGE_UNSUPPORTED. What is wrong on disk is never thrown here: `ready()`, and every call that
 *         opens, rejects with a StorageError, and by then the lock is free again.
 */
export function openStorage(storage: StorageInput, options?: OpenStorageOptions): CorestoreStorage {
  const opts = readOpenStorageOptions(options)
  if (HypercoreStorage.isCoreStorage(storage)) {
    if (isOverRocks(storage)) refuseRocks('a hypercore-storage over RocksDB')
    return storage as CorestoreStorage
  }
  if (typeof storage === 'string' && storage !== '') {
    refuseRocks(`the path ${storage}`)
    return openRocks(storage, opts)
  }
  if (isRocks(storage)) {
    refuseRocks('a RocksDB')
    return openGivenRocks(storage, opts)
  }
  const engine = toEngine(storage, opts)
  if (engine !== null) return openEngine(engine, opts)
  throw badArgument('storage', ACCEPTED, storage)
}

function toEngine(storage: unknown, { readOnly = false, wait = false }: OpenStorageOptions): Engine | null {
  if (isLevelDatabase(storage)) return new LevelEngine(storage) // asked first: it has most of an engine's calls too
  if (isEngine(storage)) return storage
  refuseClass(storage)
  if (isRandomAccess(storage)) return new RandomAccessEngine(storage, { readOnly, wait })
  return null
}
