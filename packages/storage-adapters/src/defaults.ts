/** How many entries of a refused directory its error names: enough to recognize whose directory it is. */
export const NAMED_ENTRIES = 3

/** How many rows an iterator reads first: most iterators of hypercore-storage find fewer. */
export const ROWS_AT_FIRST = 16

/** How many rows an iterator reads at a time after that, and keeps ready. */
export const ROWS_AT_ONCE = 512

/** How many rows RocksDB's iterator reads per call; it allocates memory for all of them, however few there are. */
export const ROCKS_ROWS_AT_ONCE = 128

/** A range of at most this many bitfield pages is read as keys; a page is 4 KiB, for 32,768 blocks. */
export const PAGES_AS_KEYS = 16

/** How many keys of a deleted range a level engine reads at a time. */
export const KEYS_AT_ONCE = 1000

/** Longer than any key that begins with 0xff, because LevelDB compacts up to a key and not up to the end. */
export const LAST_KEY_BYTES = 64

/** A value of this many bytes or more is copied into memory of its own; smaller ones share that of their batch. */
export const OWN_COPY_BYTES = 1024

/** How many records are kept, to be neither read back nor written twice: at most 400 bytes each, three per new core. */
export const RECORDS_KEPT = 512

/** How many bitfield pages are kept, so as not to read them back: 4 KiB each, one per core that is written to. */
export const PAGES_KEPT = 64

/** How many flushes go down in one batch: of thousands, none would come back before all of them are written. */
export const WRITES_AT_ONCE = 32

/** How many cores the journal of changes remembers to have noted: 200 bytes each. Another one costs a read to note. */
export const PLACES_KEPT = 8192

/** How many records of cores are read at a time to make a journal; what they add is written in one batch: 50 KB. */
export const RECORDS_WALKED = 512

/** How many changes are read from a journal at a time: 50 KB. */
export const CHANGES_READ = 512
