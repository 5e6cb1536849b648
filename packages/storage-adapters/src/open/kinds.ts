import { badArgument } from '@manycore/ground'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import type { Engine, RandomAccessStorage } from '@manycore/kv'
import type { LevelDatabase } from '../level/database.js'
import type { RocksDatabase } from '../upstream/rocksdb-native.js'

/**
 * What `openStorage()` accepts: a directory path that is not empty, a hypercore-storage, a RocksDB that is not open yet,
 * an engine, a random-access-storage class, factory or instance, or an abstract-level database. Whatever has one of these
 * types is accepted, except for what a type cannot say: an empty path, a RocksDB that is open.
 */
export type StorageInput =
  string | CorestoreStorage | RocksDatabase | Engine | RandomAccessStorage | LevelDatabase

/** For the error about anything else. */
export const ACCEPTED: string =
  'a directory path, a hypercore-storage instance, a RocksDB, an engine, ' +
  'a random-access-storage class, function or instance, or an abstract-level database'

// Each kind is told by its shape and not by its class, because there may be several copies of a package. What is asked
// for is what every instance of the type has; `name` of an engine serves only messages.

export function isEngine(storage: unknown): storage is Engine {
  const engine = storage as Partial<Engine> | null | undefined
  if (typeof engine !== 'object' || engine === null) return false
  const calls = [engine.open, engine.close, engine.getMany, engine.batch, engine.iterator, engine.snapshot]
  return typeof engine.supports === 'object' && calls.every((call) => typeof call === 'function')
}

/** Whether it is a class or a function, or one instance, of which a store in one file unlinks none. */
export function isRandomAccess(storage: unknown): storage is RandomAccessStorage {
  if (typeof storage === 'function') return true
  if (typeof storage !== 'object' || storage === null || 'readFile' in storage) return false // Node's fs
  const calls = ['read', 'write', 'truncate', 'stat', 'close'] as const
  return calls.every((call) => typeof (storage as Record<string, unknown>)[call] === 'function')
}

/** A member of each other kind that no file has. */
const NOT_A_FILE = ['getMany', 'sublevel', 'setDefaultDiscoveryKey', 'columnFamily']

/**
 * A class is taken for one of files. One whose instances are storages themselves would make an instance per file.
 * @throws BAD_ARGUMENT
 */
export function refuseClass(storage: unknown): void {
  if (typeof storage !== 'function') return
  const members = storage.prototype as object | undefined
  if (members === undefined || !NOT_A_FILE.some((member) => member in members)) return
  throw badArgument('storage', `an instance of ${storage.name}, and not the class`, storage)
}
