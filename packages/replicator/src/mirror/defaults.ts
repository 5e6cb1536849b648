/** The version of what mirrors say to each other (docs/adr/0020-mirrors.md). */
export const MIRROR_VERSION = 1

/** How many cores a mirror brings level at a time: opening one and asking for its blocks is a few round trips, in which the others are worked on. */
export const MIRROR_CONCURRENCY = 32

/**
 * The part of those that one peer has at first. It has twice as many after each core that it brings, and half as many after each
 * that it does not: one that never brings anything takes a quarter for `NO_PROGRESS_MS`, for `MOVING_WAITS` times as long again if
 * it sends `MOVING_BYTES` each time, and afterwards less and less.
 */
export const FIRST_PLACES: number = 1 / 4

/** Bytes of a frame in which mirrors compare, ours and theirs: some ten milliseconds of work, of which a turn does a part. */
export const MIRROR_FRAME_BYTES = 16_384

/**
 * How many frames a comparison may take, for each core that is here, beside a thousand. If nothing is common, a core makes 24
 * bytes, and a frame has some hundreds of them.
 */
export const ROUNDS_PER_CORE: number = 1 / 64

/** Ids that wait because the remote does not read them, 1 MB: one that is honest reads, whatever else it does. */
export const UNREAD_IDS = 65_536

/** Milliseconds after which a comparison that failed begins anew; then twice as many, and so on: storage may be back by then. */
export const COMPARE_AGAIN_MS = 2000

/** It begins anew as often at least. */
export const COMPARE_AGAIN_MAX_MS = 64_000

/** Cores of which a message tells: 13 KB. */
export const NEWS_PER_MESSAGE = 256

/** Milliseconds from one look at what has changed to the next: a core that is appended to all the time is told of so often. */
export const NEWS_MS = 50

/** Cores that are read from storage at a time, and hashed in one turn of the event loop: a few milliseconds. */
export const CORES_PER_READ = 256

/** Indexes of peers that are kept, those of peers that are connected among them. */
export const KEPT_INDEXES = 128

/**
 * How many of those are of peers that were met once. One with new static keys for each program run, or for each stream, is met once and
 * never comes again; of those that come again few come for the second time at once.
 */
export const KEPT_ONCE = 8

/** What a core takes in an index that is kept, and beside it, on disk. */
export const KEPT_CORE_BYTES = 135

/** Bytes of all indexes that are kept, but for those of peers that are connected: 128 of 60,000 cores each, 8 of a million. */
export const KEPT_BYTES: number = 1024 * 1024 * 1024

/** Peers of which it is known that they were met before, even if their index was dropped: 30 bytes each. */
export const KNOWN_PEERS = 1024

/** Bytes of an index that are kept in memory though they are stored: its upper levels, and what was used of it lately. */
export const INDEX_CACHE_BYTES: number = 1024 * 1024

/** Bytes of changes of an index after which they are written, while it is brought up to date. */
export const FLUSH_BYTES: number = 4 * 1024 * 1024

/** How often an index is made anew that was found damaged. After that it is in memory: storage that damages it will go on. */
export const INDEX_REPAIRS = 3

/** Milliseconds from one writing of the indexes to the next. What is not written is read again at the next connection. */
export const SETTLE_MS = 30_000

/**
 * Milliseconds after which a core is let go of that a peer has more of, and that does not change: a peer that is alive
 * answers within a second, and policies may take ten.
 */
export const NO_PROGRESS_MS = 15_000

/**
 * The same for a peer that does not mirror, and so does not say whether it has more, and for one that has told all that it has, of which
 * nothing is missing. It has opened the core, and whatever it has is on its way within a round trip or two.
 */
export const NOTHING_TOLD_MS = 1000

/** Milliseconds in which nothing of a core is asked for or sent, after which it is closed for another one that needs its place. */
export const UNUSED_MS = 1000

/** Mirrors of a remote on one stream, each of which is compared with each of ours. A program has a store or two. */
export const MIRRORS_PER_STREAM = 16

/** Milliseconds after which what could not be had is tried again; then twice as many, and so on, until something comes. */
export const RETRY_MS = 30_000

/** It is tried as often at least. */
export const RETRY_MAX_MS = 3_600_000

/** Bytes of a stream by which a job sees that its block is on the way, although none has arrived yet: a slow line, and a large block. */
export const MOVING_BYTES = 16_384

/** How many times a job is given so much longer: five minutes for a block. */
export const MOVING_WAITS = 20

/** The longest pause after something could not be read from storage. The first one is `NEWS_MS`, each twice the one before. */
export const REREAD_MAX_MS = 30_000
