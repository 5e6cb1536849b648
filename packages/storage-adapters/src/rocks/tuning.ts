/**
 * How RocksDB is tuned: options of rocksdb-native 3.18.1, which has their defaults and checks them. RocksDB's
 * own documentation has more on each, under the name with underscores.
 */
export interface RocksTuning {
  /** How many flushes and compactions may run at once. */
  maxBackgroundJobs?: number
  /** Bytes of a file that are written before the system is asked to store them; 0: it decides. */
  bytesPerSync?: number
  /** How many files are kept open; -1: all of them. */
  maxOpenFiles?: number
  /** How many threads open files when the database opens. */
  maxFileOpeningThreads?: number
  /** Whether reads go around the system's cache. */
  useDirectReads?: boolean
  /** Whether flushes and compactions go around the system's cache. */
  useDirectIOForFlushAndCompaction?: boolean
  /** Whether files are deleted in the background. */
  avoidUnnecessaryBlockingIO?: boolean
  /** Whether closing leaves the memtable to the log. */
  avoidFlushDuringShutdown?: boolean
  /** Whether opening reads no statistics of the files, which makes it faster. */
  skipStatsUpdateOnOpen?: boolean
  /** Whether RocksDB counts what it does. */
  enableStatistics?: boolean
  /** How much it counts: one of RocksDB's levels. */
  statsLevel?: number
  /** Which damage of its log RocksDB tolerates: one of rocksdb-native's `constants.walRecoveryMode`. */
  walRecoveryMode?: number
  /** Whether a database with missing files opens as the latest state that is whole. */
  bestEffortsRecovery?: boolean
  /** Seconds that old logs are kept; 0: not at all. */
  walTtlSeconds?: number
  /** Megabytes of old logs that are kept; 0: none. */
  walSizeLimitMegabytes?: number
  /** Prefixes of keys by which the log is filtered when it is read. */
  walFilterPrefixes?: readonly (string | Uint8Array)[]
  /** Whether large values are kept in files of their own. */
  enableBlobFiles?: boolean
  /** Bytes from which on a value is large. */
  minBlobSize?: number
  /** Bytes of a file of large values. */
  blobFileSize?: number
  /** Whether compaction gives the space of deleted large values back. */
  enableBlobGarbageCollection?: boolean
  /** Which share of the files of large values, the oldest, is collected: 0 to 1. */
  blobGarbageCollectionAgeCutOff?: number
  /** Share of garbage in those files, 0 to 1, above which compaction is forced. */
  blobGarbageCollectionForceThreshold?: number
  /** Bytes of a block in a table file. */
  tableBlockSize?: number
  /** Whether indexes and filters count as cached blocks. */
  tableCacheIndexAndFilterBlocks?: boolean
  /** Version of the table format that is written. */
  tableFormatVersion?: number
  /** Whether filters are sized to what the allocator gives. */
  optimizeFiltersForMemory?: boolean
  /** Whether the last level has no filters, since most reads find what they look for. */
  optimizeFiltersForHits?: boolean
  /** False: no cache of blocks; or a cache of rocksdb-native. */
  blockCache?: boolean | object
  /** A filter policy of rocksdb-native; null: no filters. */
  filterPolicy?: object | null
  /** Which top-level indexes stay in the cache: one of RocksDB's pinning tiers. */
  topLevelIndexPinningTier?: number
  /** Which partitions of indexes and filters stay in the cache: a pinning tier. */
  partitionPinningTier?: number
  /** Which other indexes and filters stay in the cache: a pinning tier. */
  unpartitionedPinningTier?: number
  /** How many levels the tree has. */
  numLevels?: number
  /** How many memtables there may be, the one that is written to included. */
  maxWriteBufferNumber?: number
  /** Bytes of a memtable. */
  writeBufferSize?: number
}

type Table = { readonly [option in keyof Required<RocksTuning>]: null }

/** For an `OptionTable`, which accepts any value of these: rocksdb-native checks them. */
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
