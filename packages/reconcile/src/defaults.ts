/** Ids of this many bytes do not meet by chance, whatever the number of members. */
export const ID_BYTES = 16

/** Shorter ids meet by chance among a few thousand million members. */
export const MIN_ID_BYTES = 8

/** A hash of 256 bits. The bounds of the wire format have no room for longer ids. */
export const MAX_ID_BYTES = 32

/** Enough for a counter, or for a hash that says whether two versions are the same. */
export const VERSION_BYTES = 8

/** A hash of 256 bits says what any longer version could. */
export const MAX_VERSION_BYTES = 32

/** The sum of a range: a number of 256 bits. */
export const SUM_BYTES = 32

/** What is left of the hash of a sum: two different ranges seem equal once in 2^128. */
export const FINGERPRINT_BYTES = 16

/** Items of a leaf at most. A fingerprint hashes a quarter of them on average at each bound, and a change rewrites them all. */
export const LEAF_ITEMS = 64

/** Children of an inner node at most: a million items are four levels of them above the leaves. */
export const NODE_CHILDREN = 32

/** A node with fewer entries than a quarter is merged with a neighbour ... */
export const LEAST_FILLED: number = 1 / 4

/** ... if both together leave room for what comes next. The same share of a node is filled when an index is rebuilt. */
export const WELL_FILLED: number = 3 / 4

/** Bytes of nodes that are kept in memory although they are stored: those of an index of 200,000 items. */
export const CACHE_BYTES: number = 8 * 1024 * 1024

/** Bytes of items that `rebuild()` sorts at once: more than a million of 24 bytes. What is more is sorted in the engine. */
export const SORT_BYTES: number = 32 * 1024 * 1024

/** Bytes that `rebuild()` writes in one batch: few enough for any engine, and enough for batches not to be felt. */
export const BATCH_BYTES: number = 1024 * 1024

/** Bytes of a stamp at most: it is a position in a journal, not the journal. */
export const MAX_STAMP_BYTES = 1024

/** Frames of this size are carried by any stream in one piece, and one takes less than a tenth of a second to answer. */
export const FRAME_BYTES: number = 64 * 1024

/** One range of any kind fits in, with ids and versions of 32 bytes. */
export const MIN_FRAME_BYTES = 4096

/** The largest frame that is taken: those of a peer with four times our own default. */
export const MAX_FRAME_BYTES: number = 256 * 1024

/** Messages that an exchange takes: with frames of the default size enough to compare sets that differ in a million items. */
export const MAX_ROUNDS = 1000

/** Ranges of a frame at most, those that are skipped not counted. Each takes two look-ups, and a look-up up to 20 µs. */
export const FRAME_RANGES = 4096

/** Ranges that an exchange keeps for later frames: those of eight full frames, as many as a set is deep. */
export const CARRIED_RANGES: number = 8 * FRAME_RANGES

/** A range with this many items or fewer is sent item by item: splitting it once more would take as many bytes. */
export const LISTED_ITEMS = 32

/** Parts into which a range is split: where items are listed afterwards, about 16 cost the fewest bytes. */
export const LEAST_PARTS = 16

/** Parts of the largest ranges: one message more is dearer than 5 KB. */
export const MOST_PARTS = 256

/** Ranges that are worked on before other work of the event loop has its turn: less than 10 ms. */
export const RANGES_PER_TURN = 128
