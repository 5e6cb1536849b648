export { Corestore } from './corestore.js'
export type { CorestoreEvents } from './store-resource.js'
export type { CorestoreOptions, StoreSessionOptions } from './options.js'
export type { GetOptions } from './get-options.js'
export type { IdentityOptions } from './identity.js'
export type { CoreAudit } from './audit.js'
export type { GroupHandle, UpdatesOptions } from './group-notify.js'
export { CORESTORE_ERRORS, CorestoreError } from './errors.js'
export type { ArgumentError, CorestoreErrorCode } from './errors.js'

// What the types above are made of.
export type * from '@manycore/hypercore-types'
export type {
  ActiveFor,
  CoreErrorInfo,
  CoreFigures,
  CoreSource,
  Figures,
  Limits,
  PolicyChange,
  PolicyCore,
  PolicyPeer,
  ReplicateOptions,
  ReplicationPolicy,
  Replicator,
  ReplicatorError,
  ReplicatorErrorCode,
  ReplicatorEvents,
  ReplicatorOptions,
  ReplicatorStats,
  Stall,
  StreamFigures,
  StreamRecord
} from '@manycore/replicator'
export type {
  Clock,
  CoreHolder,
  OpenCoreOptions,
  SessionScope,
  SessionSource,
  SessionTable,
  SessionTableEvents
} from '@manycore/sessions'
export type {
  Engine,
  EngineIterator,
  EngineSnapshot,
  EngineSupports,
  Entry,
  LevelDatabase,
  LevelIterator,
  LevelOperation,
  LevelRange,
  LevelReadOptions,
  LevelSnapshot,
  LevelWriteOptions,
  Op,
  OpenStorageOptions,
  RandomAccess,
  RandomAccessStorage,
  Range,
  StorageInput
} from '@manycore/storage-adapters'
