import { aClock, badArgument, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { Clock } from './clock.js'
import { MAX_LINGER_MS } from '../defaults.js'

export interface SessionTableOptions {
  /** ms that a core without sessions, holds, peers and writes stays open; default 6000, 0 = the next timer turn */
  lingerMs?: number
  /** default: the system's timers */
  clock?: Clock
}

const TABLE: OptionTable<SessionTableOptions> = {
  lingerMs(field, value) {
    if (typeof value === 'number' && value >= 0 && value <= MAX_LINGER_MS) return value
    throw badArgument(field, `a number of ms, 0 to ${MAX_LINGER_MS}`, value)
  },
  clock: aClock
}

/** @throws BAD_ARGUMENT */
export function readSessionTableOptions(opts: SessionTableOptions | undefined): SessionTableOptions {
  return readOptions(opts, TABLE)
}
