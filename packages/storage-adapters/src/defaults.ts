/** Entries of a refused directory that its error names: enough to recognise whose directory it is. */
export const NAMED_ENTRIES = 3

/** Rows an iterator reads at first: most iterators of hypercore-storage find fewer. */
export const ROWS_AT_FIRST = 16

/** Rows an iterator reads at once afterwards, and keeps ready. */
export const ROWS_AT_ONCE = 512

/** Rows that RocksDB's iterator reads in one call: it has memory for so many, however few there are. */
export const ROCKS_ROWS_AT_ONCE = 128

/** Bitfield pages of a range that are read as keys: 16 pages of 32,768 blocks and 4 KiB each. */
export const PAGES_AS_KEYS = 16

/** Keys of a deleted range that a level engine reads at once. */
export const KEYS_AT_ONCE = 1000

/** Longer than any key that begins with 0xff: LevelDB compacts up to a key, not up to the end. */
export const LAST_KEY_BYTES = 64

/** A value of this size is copied into memory of its own, smaller ones share that of their batch. */
export const OWN_COPY_BYTES = 1024

/** Records that are not read back nor written twice, at most 400 bytes each: three a core that was just created. */
export const RECORDS_KEPT = 512

/** Bitfield pages that are not read back, 4 KiB each: of so many cores that are written to in turn. */
export const PAGES_KEPT = 64

/** Flushes that go down in one batch: of thousands at once, none would come back before all are written. */
export const WRITES_AT_ONCE = 32
