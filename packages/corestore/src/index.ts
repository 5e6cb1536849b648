export { Corestore } from './corestore.js'
export type { CorestoreEvents } from './store/view.js'
export type { CorestoreOptions, StoreOptions, StoreSessionOptions, SuspendOptions } from './store/options.js'
export type { GetOptions } from './get/options.js'
export type { IdentityOptions } from './get/identity.js'
export type { AuditOptions, CoreAudit } from './stored/stored-cores.js'
export type { GroupHandle, UpdatesOptions } from './events/groups.js'
export { CORESTORE_ERRORS, CorestoreError, isManycoreError } from './errors.js'
export type { CorestoreErrorCode } from './errors.js'
export type { ArgumentError, ManycoreError, ManycoreErrorGuard } from '@manycore/ground'

// What the types above are made of.
export type * from '@manycore/hypercore-types'
export type {
  ActiveFor,
  Amount,
  CloseOptions,
  CoreErrorInfo,
  CoreFigures,
  CoreName,
  CoreSource,
  CoreSync,
  Figures,
  Limits,
  LoadedCores,
  MirrorOptions,
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
  ChangePlace,
  OrderedStore,
  StoreEntry,
  StoreIterator,
  StoreOp,
  StoredChange,
  StoredChanges,
  StoredCopies,
  StoredCopy,
  StreamFigures,
  StreamRecord,
  StreamSync,
  SyncView
} from '@manycore/replicator'
export type { KeychainErrorCode } from '@manycore/keychain'
export type {
  Clock,
  CoreHolder,
  OpenCoreOptions,
  ScopeSessionOptions,
  SessionScope,
  SessionSource,
  SessionTable,
  SessionTableEvents,
  SessionTableStats,
  SessionsErrorCode
} from '@manycore/sessions'
export type {
  Engine,
  EngineErrorCode,
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
  RocksDatabase,
  RocksTuning,
  StorageErrorCode,
  StorageInput
} from '@manycore/storage-adapters'
