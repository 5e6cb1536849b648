/**
 * How long an unused core stays open, in milliseconds. Corestore closes one at its fourth strike, at one every 2 s, so
 * after 4 to 6 s (`CoreTracker._gcCycle` of corestore 7.12.5).
 */
export const LINGER_MS = 6000
