/** Entries per node of the B+tree: wide enough to keep it shallow, small enough to be copied for a snapshot. */
export const NODE_ENTRIES = 32

/** What an entry of a memtable costs besides its bytes: two Buffer objects and its places in a node. */
export const ENTRY_OVERHEAD_BYTES = 200

/**
 * A block of a segment ends at this size. A larger block makes a random read dearer, a smaller one costs more memory: its
 * entry in the index takes about 25 bytes.
 */
export const BLOCK_BYTES: number = 8 * 1024

/** Entries from one whole key to the next. A look-up decodes half of them on average. */
export const RESTART_ENTRIES = 16

/** 10 bits and 7 probes: of the look-ups of an absent key, 0.8 % read a block in vain. */
export const BLOOM_BITS_PER_KEY = 10
export const BLOOM_PROBES = 7

/** Values of this size or more go to value files, so that merges copy a pointer. A page of Hypercore's bitfield is one. */
export const LARGE_VALUE_BYTES = 4096

/** What a flush or merge writes at a time: few calls of the storage, little memory. */
export const WRITE_BYTES: number = 128 * 1024

/** A scan reads twice as far ahead each time, up to this many blocks: 256 KiB. */
export const READ_AHEAD_BLOCKS = 32

/** What a cached block costs besides its bytes. */
export const CACHED_BLOCK_OVERHEAD_BYTES = 300

/** Merges below level 0 write segments of this size. Smaller: more open files. Larger: each merge rewrites more. */
export const SEGMENT_BYTES: number = 8 * 1024 * 1024

/** A new value file begins at this size. Smaller: more open files. Larger: more is rewritten at a time. */
export const VALUE_FILE_BYTES: number = 64 * 1024 * 1024

/** How many flushed memtables there may be before they are merged. A read looks into each of them. */
export const LEVEL0_SEGMENTS = 4

/** Target size of level 1. Each level below is `LEVEL_RATIO` times as large. */
export const LEVEL1_BYTES: number = 32 * 1024 * 1024
export const LEVEL_RATIO = 10

/** A value file with a smaller share of live bytes than this is sparse: merges move what is left of it. */
export const SPARSE_SHARE = 0.5

/** The same for compact(), which is to leave at most 1.3 times the live bytes. */
export const COMPACT_SPARSE_SHARE = 0.85

/** Merges that come across value files below this size join them. */
export const SMALL_VALUE_FILE_BYTES: number = 1024 * 1024

/** When dead values make up more than this share of the store, a merge begins for the sake of sparse value files alone. */
export const DEAD_SHARE: number = 1 / 3

/** How many segments such a merge rewrites at most. */
export const REWRITE_SEGMENTS = 16

/** A rewritten value of this size or more is logged as its changed bytes. Below, a patch saves too little to be worth a look-up. */
export const PATCH_MIN_BYTES = 64

/** A memtable, or its log, of this size is flushed. Writing takes the memory of two of them; an open reads one again. */
export const MEMTABLE_BYTES: number = 8 * 1024 * 1024

/** How many full memtables may wait to be flushed. If there are more, writers wait. */
export const SEALED_MEMTABLES = 1

/** Blocks that are kept in memory. */
export const CACHE_BYTES: number = 32 * 1024 * 1024

/** Batches that are waiting are joined into one record, up to this size. */
export const GROUP_BYTES: number = 1024 * 1024

/** How much of a log is read or searched before the event loop gets a turn: 2 ms of searching, some of applying. */
export const LOG_SLICE_BYTES: number = 256 * 1024

/**
 * Flushes wait for a merge once there are this many times the flushed memtables that start one: each is one more look-up
 * for a read.
 */
export const LEVEL0_STALL = 3

/** An open looks for files that a crash left behind until this many numbers in a row have none. */
export const ORPHAN_WINDOW = 8

/** How often a reader beside a writer starts over. A merge would have to remove a file within milliseconds of each attempt. */
export const OPEN_ATTEMPTS = 20

/** In one file: a file that grows gets as much again as it has, up to this, so that the directory is seldom written. */
export const MAX_GROWTH_BYTES: number = 1024 * 1024

/** What a loss of power leaves in a test is drawn per sector of this size: that of most disks. */
export const SECTOR_BYTES = 512
