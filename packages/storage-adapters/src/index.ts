export { openStorage } from './open/open-storage.js'
export type { StorageInput } from './open/open-storage.js'
export type { OpenStorageOptions } from './open/options.js'
export { journalOf } from './open/journal-of.js'
export type { ChangeJournal, Checkpoint, CoreChange, DerivedStore } from './journal/change-journal.js'
export type { Openings } from './journal/openings.js'
export { nameCore } from './upstream/hypercore-storage.js'
export { STORAGE_ERRORS, StorageError, isManycoreError } from './errors.js'
export type { StorageErrorCode } from './errors.js'
export type { ArgumentError, ManycoreError, ManycoreErrorGuard } from '@manycore/ground'
export { LevelEngine } from './level/engine.js'
export type {
  LevelDatabase,
  LevelIterator,
  LevelOperation,
  LevelRange,
  LevelReadOptions,
  LevelSnapshot,
  LevelWriteOptions
} from './level/database.js'
export { RocksEngine } from './rocks/engine.js'
export type { RocksEngineOptions, RocksLock } from './rocks/engine.js'
export type { RocksDatabase } from './upstream/rocksdb-native.js'
export type { RocksTuning } from './rocks/tuning.js'

// What the types above are made of.
export type * from '@manycore/hypercore-types'
export type {
  Engine,
  EngineErrorCode,
  EngineIterator,
  EngineSnapshot,
  EngineSupports,
  Entry,
  Op,
  RandomAccess,
  RandomAccessStorage,
  Range
} from '@manycore/kv'
