import HypercoreStorage from 'hypercore-storage'
import { badArgument } from '@manycore/ground'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import { RandomAccessEngine, isRandomAccess } from '@manycore/kv'
import type { Engine, RandomAccessStorage } from '@manycore/kv'
import { openEngine } from '../facade/storage.js'
import { isLevelDatabase } from '../level/database.js'
import type { LevelDatabase } from '../level/database.js'
import { LevelEngine } from '../level/engine.js'
import { openGivenRocks, openRocks } from '../rocks/storage.js'
import { isOverRocks } from '../upstream/hypercore-storage.js'
import { isRocks, refuseRocks } from '../upstream/rocksdb-native.js'
import type { RocksDatabase } from '../upstream/rocksdb-native.js'
import { readOpenStorageOptions } from './options.js'
import type { OpenStorageOptions } from './options.js'

/**
 * What `openStorage()` accepts: a directory path that is not empty, a hypercore-storage, a RocksDB that is not open yet,
 * an engine, a random-access-storage class, factory or instance, or an abstract-level database. Whatever has one of these
 * types is accepted, except for what a type cannot say: an empty path, a RocksDB that is open.
 */
export type StorageInput =
  string | CorestoreStorage | RocksDatabase | Engine | RandomAccessStorage | LevelDatabase

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
  if (typeof storage === 'function' || isRandomAccess(storage)) {
    return new RandomAccessEngine(storage as RandomAccessStorage, { readOnly, wait })
  }
  return null
}

/** For the error about anything else. */
const ACCEPTED: string =
  'a directory path, a hypercore-storage instance, a RocksDB, an engine, ' +
  'a random-access-storage class, function or instance, or an abstract-level database'

// Each kind is told by its shape and not by its class, because there may be several copies of a package. What is asked
// for is what every instance of the type has; `name` of an engine serves only messages.

function isEngine(storage: unknown): storage is Engine {
  const engine = storage as Partial<Engine> | null | undefined
  if (typeof engine !== 'object' || engine === null) return false
  const calls = [engine.open, engine.close, engine.getMany, engine.batch, engine.iterator, engine.snapshot]
  return typeof engine.supports === 'object' && calls.every((call) => typeof call === 'function')
}

/** One member of every other kind, which no file has. */
const NOT_A_FILE = ['getMany', 'sublevel', 'setDefaultDiscoveryKey', 'columnFamily']

/**
 * A class is taken for one of files; a class of whole storages would be used to make one storage per file.
 * @throws BAD_ARGUMENT
 */
function refuseClass(storage: unknown): void {
  if (typeof storage !== 'function') return
  const members = storage.prototype as object | undefined
  if (members === undefined || !NOT_A_FILE.some((member) => member in members)) return
  throw badArgument('storage', `an instance of ${storage.name}, and not the class`, storage)
}
