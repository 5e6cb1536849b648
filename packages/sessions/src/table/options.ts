import { MAX_TIMER_MS, aClock, badArgument, readOptions, systemClock } from '@manycore/ground'
import type { Clock, OptionTable } from '@manycore/ground'
import type { GroupUpdate, InnerCore } from '@manycore/hypercore-types'
import { LINGER_MS } from '../defaults.js'

/** Options of `new SessionTable(storage, options)`. */
export interface SessionTableOptions {
  /**
   * How long a core without sessions, holds, peers and writes stays open, in milliseconds; 0 means until the next turn
   * of the timers.
   */
  lingerMs?: number
  /** Where the time comes from; for tests. Default: the system's timers, which do not keep the process alive. */
  clock?: Clock
}

const TABLE = {
  lingerMs: {
    check(field, value) {
      if (typeof value === 'number' && value >= 0 && value <= MAX_TIMER_MS) return value
      throw badArgument(field, `a number of ms, 0 to ${MAX_TIMER_MS}`, value)
    },
    default: LINGER_MS,
    unit: 'ms'
  },
  clock: { check: aClock, default: systemClock }
} satisfies OptionTable<SessionTableOptions>

/** @throws BAD_ARGUMENT */
export function readSessionTableOptions(
  opts: SessionTableOptions | undefined
): Required<SessionTableOptions> {
  return readOptions(opts, TABLE)
}

/** Every listener is called, whatever another one throws; that becomes an uncaught exception. */
export interface SessionTableEvents {
  /** A core has opened, or an open one was adopted. */
  'core-open': [core: InnerCore]
  /** A core that had opened has closed, or an adopted one has left. */
  'core-close': [core: InnerCore]
  /** A failure that no caller is told of: a core failed to close in the background. */
  'core-error': [err: unknown, core: InnerCore]
  /** A core began to want data. */
  downloading: [core: InnerCore]
  /** A core of a group changed; `topic` is 32 bytes. */
  'group-active': [topic: Uint8Array, update: GroupUpdate]
  /** Two different blocks are signed for one place. Upstream then closes the core's sessions. */
  conflict: [core: InnerCore, length: number, fork: number, proof: object]
}
