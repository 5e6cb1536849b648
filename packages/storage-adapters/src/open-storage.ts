import type { CorestoreStorage } from '@manycore/hypercore-types'
import HypercoreStorage from 'hypercore-storage'
import { RandomAccessEngine } from '@manycore/kv'
import type { Engine, RandomAccessStorage } from '@manycore/kv'
import { openEngine } from './engine-storage.js'
import { badArgument } from './errors.js'
import { isLevelDatabase } from './level/level-database.js'
import type { LevelDatabase } from './level/level-database.js'
import { LevelEngine } from './level-engine.js'
import { isOverRocks, refuseRocks } from './refuse-rocks.js'
import { openRocks } from './rocks-storage.js'

/** How a store is opened. Further options go to hypercore-storage and rocksdb-native as they are. */
export interface OpenStorageOptions {
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
  [option: string]: unknown
}

/** What `openStorage()` accepts. */
export type StorageInput = string | CorestoreStorage | Engine | RandomAccessStorage | LevelDatabase

/**
 * Gives what Hypercore 11 takes as storage. Returns at once and opens at `ready()` or at the first use.
 * @param storage  a directory path: RocksDB in Corestore 7's layout; a hypercore-storage instance: itself;
 *                 an engine or an abstract-level database: hypercore-storage over it, whose close() closes
 *                 it; a random-access-storage class, `(path) => instance`, or one instance: a store in files
 * @param opts     not for a hypercore-storage instance
 * @throws         BAD_ARGUMENT, STORAGE_UNSUPPORTED. The state of the disk is never thrown here: it rejects `ready()` and the
 *                 calls that open, with a StorageError, and the lock is free again by then
 */
export function openStorage(storage: StorageInput, opts: OpenStorageOptions = {}): CorestoreStorage {
  if (HypercoreStorage.isCoreStorage(storage)) {
    if (isOverRocks(storage)) refuseRocks('a hypercore-storage over RocksDB')
    return storage as CorestoreStorage
  }
  checkOptions(opts)
  if (typeof storage === 'string' && storage !== '') {
    refuseRocks(`the path ${storage}`)
    return openRocks(storage, opts)
  }
  const engine = toEngine(storage, opts)
  if (engine !== null) return openEngine(engine, opts)
  throw badArgument('storage', ACCEPTED, storage)
}

const ACCEPTED =
  'a directory path, a hypercore-storage instance, an engine, ' +
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

function checkOptions(opts: OpenStorageOptions): void {
  if (typeof opts !== 'object' || opts === null) throw badArgument('opts', 'an object', opts)
  for (const field of ['readOnly', 'wait', 'allowBackup']) {
    const value = opts[field]
    if (value !== undefined && typeof value !== 'boolean') throw badArgument(field, 'a boolean', value)
  }
  const { id, treeCache } = opts
  // It becomes a line `id=…` of the file CORESTORE, which is trimmed when read.
  if (id !== undefined && id !== null && !(typeof id === 'string' && /^\S(.*\S)?$/.test(id))) {
    throw badArgument('id', 'one line of text without surrounding space, or null', id)
  }
  const size: unknown = treeCache === undefined ? 1 : treeCache?.maxSize
  if (!Number.isInteger(size) || (size as number) < 1) {
    throw badArgument('treeCache', '{ maxSize: an integer ≥ 1 }', treeCache)
  }
}
