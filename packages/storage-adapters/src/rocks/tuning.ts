/** How RocksDB is tuned: options of rocksdb-native 3.18.1, which has their defaults and checks them. */
export interface RocksTuning {
  maxBackgroundJobs?: number
  bytesPerSync?: number
  /** files kept open; -1 = all of them */
  maxOpenFiles?: number
  maxFileOpeningThreads?: number
  useDirectReads?: boolean
  useDirectIOForFlushAndCompaction?: boolean
  avoidUnnecessaryBlockingIO?: boolean
  avoidFlushDuringShutdown?: boolean
  skipStatsUpdateOnOpen?: boolean
  enableStatistics?: boolean
  statsLevel?: number
  /** which damage of its log RocksDB tolerates: one of rocksdb-native's `constants.walRecoveryMode` */
  walRecoveryMode?: number
  bestEffortsRecovery?: boolean
  walTtlSeconds?: number
  walSizeLimitMegabytes?: number
  walFilterPrefixes?: readonly (string | Uint8Array)[]
  enableBlobFiles?: boolean
  minBlobSize?: number
  blobFileSize?: number
  enableBlobGarbageCollection?: boolean
  blobGarbageCollectionAgeCutOff?: number
  blobGarbageCollectionForceThreshold?: number
  tableBlockSize?: number
  tableCacheIndexAndFilterBlocks?: boolean
  tableFormatVersion?: number
  optimizeFiltersForMemory?: boolean
  optimizeFiltersForHits?: boolean
  /** false = none, or a cache of rocksdb-native */
  blockCache?: boolean | object
  /** a filter policy of rocksdb-native; null = none */
  filterPolicy?: object | null
  topLevelIndexPinningTier?: number
  partitionPinningTier?: number
  unpartitionedPinningTier?: number
  numLevels?: number
  maxWriteBufferNumber?: number
  writeBufferSize?: number
}

type Table = { readonly [option in keyof Required<RocksTuning>]: null }

/** For an `OptionTable`: any value of these will do here. */
export const ROCKS_TUNING: Table = {
  maxBackgroundJobs: null,
  bytesPerSync: null,
  maxOpenFiles: null,
  maxFileOpeningThreads: null,
  useDirectReads: null,
  useDirectIOForFlushAndCompaction: null,
  avoidUnnecessaryBlockingIO: null,
  avoidFlushDuringShutdown: null,
  skipStatsUpdateOnOpen: null,
  enableStatistics: null,
  statsLevel: null,
  walRecoveryMode: null,
  bestEffortsRecovery: null,
  walTtlSeconds: null,
  walSizeLimitMegabytes: null,
  walFilterPrefixes: null,
  enableBlobFiles: null,
  minBlobSize: null,
  blobFileSize: null,
  enableBlobGarbageCollection: null,
  blobGarbageCollectionAgeCutOff: null,
  blobGarbageCollectionForceThreshold: null,
  tableBlockSize: null,
  tableCacheIndexAndFilterBlocks: null,
  tableFormatVersion: null,
  optimizeFiltersForMemory: null,
  optimizeFiltersForHits: null,
  blockCache: null,
  filterPolicy: null,
  topLevelIndexPinningTier: null,
  partitionPinningTier: null,
  unpartitionedPinningTier: null,
  numLevels: null,
  maxWriteBufferNumber: null,
  writeBufferSize: null
}
