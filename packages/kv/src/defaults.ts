/** Entries of a node of the B+tree: wide enough to be shallow, small enough to be copied for a snapshot. */
export const NODE_ENTRIES = 32

/** What an entry of a memtable costs beside its bytes: two Buffer objects and its places in a node. */
export const ENTRY_OVERHEAD_BYTES = 200

/** A block of a segment is closed at this size: what a random read costs in reading and checking, against an index entry (~ 25 bytes of memory) a block. */
export const BLOCK_BYTES: number = 8 * 1024

/** Entries from one whole key to the next: a look-up decodes half of them on average. */
export const RESTART_ENTRIES = 16

/** 10 bits and 7 probes: 0.8 % of the look-ups of an absent key read a block in vain. */
export const BLOOM_BITS_PER_KEY = 10
export const BLOOM_PROBES = 7

/** Values of this size on are kept in value files, so that merges copy a pointer: a page of Hypercore's bitfield is one. */
export const LARGE_VALUE_BYTES = 4096

/** Written at once by a flush or a merge: few calls of the storage, little memory. */
export const WRITE_BYTES: number = 128 * 1024

/** A scan reads ahead twice as much each time, up to this many blocks: 256 KiB. */
export const READ_AHEAD_BLOCKS = 32

/** What a cached block costs beside its bytes. */
export const CACHED_BLOCK_OVERHEAD_BYTES = 300

/** Merges below level 0 write segments of this size: what one merge rewrites at least, against open files. */
export const SEGMENT_BYTES: number = 8 * 1024 * 1024

/** A value file is followed by a next one at this size: what is rewritten at a time, against open files. */
export const VALUE_FILE_BYTES: number = 64 * 1024 * 1024

/** Flushed memtables until they are merged: a read looks into each of them. */
export const LEVEL0_SEGMENTS = 4

/** Level 1; each level below is `LEVEL_RATIO` times larger. */
export const LEVEL1_BYTES: number = 32 * 1024 * 1024
export const LEVEL_RATIO = 10

/** A merge copies the values that are left of a value file with less than this share of live bytes. */
export const SPARSE_SHARE = 0.5

/** The same for compact(), which is to leave at most 1.3 × the live bytes. */
export const COMPACT_SPARSE_SHARE = 0.85

/** Value files below this size are joined by the merges that come across them. */
export const SMALL_VALUE_FILE_BYTES: number = 1024 * 1024

/** A merge for the sake of sparse value files alone begins when dead values are this share of the store. */
export const DEAD_SHARE: number = 1 / 3

/** Segments that one such merge rewrites at most. */
export const REWRITE_SEGMENTS = 16

/** A rewritten value of this size on is logged as its changed bytes; below, a patch saves nothing worth a look-up. */
export const PATCH_MIN_BYTES = 64

/** A memtable, or its log, of this size is flushed: two of them are the memory that writing takes, and one is what an open reads again. */
export const MEMTABLE_BYTES: number = 8 * 1024 * 1024

/** Full memtables that wait to be flushed; with more, writers wait. */
export const SEALED_MEMTABLES = 1

/** Blocks that are kept in memory. */
export const CACHE_BYTES: number = 32 * 1024 * 1024

/** Batches that wait are joined into one record up to this size. */
export const GROUP_BYTES: number = 1024 * 1024

/** A log is read, and searched, so much at a time with a turn of the event loop between: 2 ms of searching, some of applying. */
export const LOG_SLICE_BYTES: number = 256 * 1024

/** With so many times the flushed memtables that start a merge, flushes wait for it: each is one more look-up for a read. */
export const LEVEL0_STALL = 3

/** An open looks for files that a crash left behind until so many numbers in a row have none. */
export const ORPHAN_WINDOW = 8

/** How often a reader beside a writer begins anew: a merge has to remove a file in the very milliseconds of each attempt. */
export const OPEN_ATTEMPTS = 20

/** In one file: a file that grows gets as much again as it has, up to this, so that the directory is seldom written. */
export const MAX_GROWTH_BYTES: number = 1024 * 1024

/** What a loss of power leaves in a test is drawn per sector of this size: that of most disks. */
export const SECTOR_BYTES = 512
