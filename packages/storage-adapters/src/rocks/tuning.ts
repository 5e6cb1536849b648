import type { OptionTable } from '@manycore/ground'

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

const NATIVE = 'that of rocksdb-native'

/** For an `OptionTable`: any value of these will do here. */
export const ROCKS_TUNING: OptionTable<RocksTuning> = {
  maxBackgroundJobs: { check: null, otherwise: NATIVE, unit: 'jobs' },
  bytesPerSync: { check: null, otherwise: NATIVE, unit: 'bytes' },
  maxOpenFiles: { check: null, otherwise: NATIVE, unit: 'files' },
  maxFileOpeningThreads: { check: null, otherwise: NATIVE, unit: 'threads' },
  useDirectReads: { check: null, otherwise: NATIVE },
  useDirectIOForFlushAndCompaction: { check: null, otherwise: NATIVE },
  avoidUnnecessaryBlockingIO: { check: null, otherwise: NATIVE },
  avoidFlushDuringShutdown: { check: null, otherwise: NATIVE },
  skipStatsUpdateOnOpen: { check: null, otherwise: NATIVE },
  enableStatistics: { check: null, otherwise: NATIVE },
  statsLevel: { check: null, otherwise: NATIVE, unit: 'level' },
  walRecoveryMode: { check: null, otherwise: NATIVE, unit: 'mode' },
  bestEffortsRecovery: { check: null, otherwise: NATIVE },
  walTtlSeconds: { check: null, otherwise: NATIVE, unit: 'seconds' },
  walSizeLimitMegabytes: { check: null, otherwise: NATIVE, unit: 'MB' },
  walFilterPrefixes: { check: null, otherwise: NATIVE },
  enableBlobFiles: { check: null, otherwise: NATIVE },
  minBlobSize: { check: null, otherwise: NATIVE, unit: 'bytes' },
  blobFileSize: { check: null, otherwise: NATIVE, unit: 'bytes' },
  enableBlobGarbageCollection: { check: null, otherwise: NATIVE },
  blobGarbageCollectionAgeCutOff: { check: null, otherwise: NATIVE, unit: 'share' },
  blobGarbageCollectionForceThreshold: { check: null, otherwise: NATIVE, unit: 'share' },
  tableBlockSize: { check: null, otherwise: NATIVE, unit: 'bytes' },
  tableCacheIndexAndFilterBlocks: { check: null, otherwise: NATIVE },
  tableFormatVersion: { check: null, otherwise: NATIVE, unit: 'version' },
  optimizeFiltersForMemory: { check: null, otherwise: NATIVE },
  optimizeFiltersForHits: { check: null, otherwise: NATIVE },
  blockCache: { check: null, otherwise: NATIVE },
  filterPolicy: { check: null, otherwise: NATIVE },
  topLevelIndexPinningTier: { check: null, otherwise: NATIVE, unit: 'tier' },
  partitionPinningTier: { check: null, otherwise: NATIVE, unit: 'tier' },
  unpartitionedPinningTier: { check: null, otherwise: NATIVE, unit: 'tier' },
  numLevels: { check: null, otherwise: NATIVE, unit: 'levels' },
  maxWriteBufferNumber: { check: null, otherwise: NATIVE, unit: 'buffers' },
  writeBufferSize: { check: null, otherwise: NATIVE, unit: 'bytes' }
}
