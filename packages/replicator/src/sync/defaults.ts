/** Milliseconds from one 'sync' to the next: four times per second is as often as a progress bar has to move. */
export const SYNC_MS = 250

/**
 * How many times as long as a view took to make passes until the next 'sync': with very many cores attached, telling of them takes
 * a twentieth of the time at most.
 */
export const SYNC_REST = 19

/**
 * Milliseconds after which what differs is looked at again although nothing was heard of it: a download that is destroyed here, or
 * an open that the remote refuses, tells nobody.
 */
export const LOOK_AGAIN_MS = 1000

/**
 * Milliseconds that a peer has to say which of the blocks that were asked for it has: a round trip or two. One that has none says
 * nothing.
 */
export const UNTOLD_MS = 1000

/** Entries of one stream in a view, at some 200 bytes each: what a table on a screen can show, many times over. */
export const ENTRIES_PER_STREAM = 1000

/** Cores of one stream whose last error is kept, some 500 bytes each. */
export const ERRORS_PER_STREAM = 256
