import type { CorestoreStorage } from '@manycore/hypercore-types'
import HypercoreStorage from 'hypercore-storage'
import { badArgument } from '@manycore/ground'
import { RandomAccessEngine } from '@manycore/kv'
import type { Engine, RandomAccessStorage } from '@manycore/kv'
import { openEngine } from '../facade/storage.js'
import { isLevelDatabase } from '../level/database.js'
import type { LevelDatabase } from '../level/database.js'
import { LevelEngine } from '../level/engine.js'
import { readOpenStorageOptions } from './options.js'
import type { OpenStorageOptions } from './options.js'
import { openGivenRocks, openRocks } from '../rocks/storage.js'
import { isOverRocks } from '../upstream/hypercore-storage.js'
import { isRocks, refuseRocks } from '../upstream/rocksdb-native.js'
import type { RocksDatabase } from '../upstream/rocksdb-native.js'

/** What `openStorage()` accepts. */
export type StorageInput =
  string | CorestoreStorage | RocksDatabase | Engine | RandomAccessStorage | LevelDatabase

/**
 * Gives what Hypercore 11 takes as storage. Returns at once and opens at `ready()` or at the first use.
 * @param storage  a directory path: RocksDB in Corestore 7's layout; a hypercore-storage instance: itself;
 *                 a RocksDB of rocksdb-native that is not open yet, or a session of it: the store is a column family in it,
 *                 and close() closes what was passed; an engine or an abstract-level database: hypercore-storage over it, whose close() closes
 *                 it; a random-access-storage class, `(path) => instance`, or one instance: a store in files
 * @param options  not for a hypercore-storage instance
 * @throws         BAD_ARGUMENT, STORAGE_UNSUPPORTED. The state of the disk is never thrown here: it rejects `ready()` and the
 *                 calls that open, with a StorageError, and the lock is free again by then
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

const ACCEPTED =
  'a directory path, a hypercore-storage instance, a RocksDB, an engine, ' +
  'a random-access-storage class, function or instance, or an abstract-level database'

/** By shape, not by class: there may be several copies of a package. */
function toEngine(storage: unknown, { readOnly = false, wait = false }: OpenStorageOptions): Engine | null {
  if (isLevelDatabase(storage)) return new LevelEngine(storage) // it has most of an engine's calls too
  if (isEngine(storage)) return storage
  if (isRandomAccess(storage)) return new RandomAccessEngine(storage, { readOnly, wait })
  return null
}

function isRandomAccess(storage: unknown): storage is RandomAccessStorage {
  if (typeof storage === 'function') return true
  const file = storage as Partial<Record<'read' | 'write' | 'stat' | 'del', unknown>> | null | undefined
  const calls = [file?.read, file?.write, file?.stat, file?.del]
  return calls.every((call) => typeof call === 'function')
}

function isEngine(storage: unknown): storage is Engine {
  const engine = storage as Partial<Engine> | null | undefined
  if (typeof engine !== 'object' || engine === null) return false
  const calls = [engine.open, engine.close, engine.getMany, engine.batch, engine.iterator, engine.snapshot]
  return typeof engine.supports === 'object' && calls.every((call) => typeof call === 'function')
}
