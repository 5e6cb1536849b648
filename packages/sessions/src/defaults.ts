/**
 * How long an unused core stays open, in milliseconds. Corestore closes one at its fourth strike, at one every 2 s, so
 * after 4 to 6 s (`CoreTracker._gcCycle` of corestore 7.12.5).
 */
export const LINGER_MS = 6000

/**
 * How many cores may be open before idle ones close ahead of their time. One takes 20 to 30 KB (bench/README.md), so
 * that idle cores are 120 MB at most, and a program that comes back to thousands of cores in turn still finds them open.
 */
export const MAX_OPEN_CORES = 4096

/** How many open cores of a table, or sessions of a scope, are closed at a time: as many as keep a disk busy. */
export const CLOSES_AT_ONCE = 64
