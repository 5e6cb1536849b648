import type { CorestoreStorage } from '@manycore/hypercore-types'
import HypercoreStorage from 'hypercore-storage'
import { badArgument } from './errors.js'

/** How a store is opened; every further option of hypercore-storage and rocksdb-native is passed on. */
export interface OpenStorageOptions {
  /** nothing is written and no lock is taken; the store must exist */
  readOnly?: boolean
  /** wait for the lock instead of failing */
  wait?: boolean
  /** the directory may be copied or moved: no lock, no device check */
  allowBackup?: boolean
  /** kept in the lock file; opening with another id fails */
  id?: string | null
  /** how many Merkle tree nodes are kept in memory */
  treeCache?: { maxSize: number }
}

/** What `openStorage()` accepts. */
export type StorageInput = string | CorestoreStorage

/** Opens what the caller has as the storage that Hypercore 11 takes. */
export function openStorage(storage: StorageInput, opts: OpenStorageOptions = {}): CorestoreStorage {
  if (typeof storage === 'string' && storage !== '') return new HypercoreStorage(storage, opts)
  if (HypercoreStorage.isCoreStorage(storage)) return storage as CorestoreStorage
  throw badArgument('storage', 'a directory path or a hypercore-storage instance', storage)
}
