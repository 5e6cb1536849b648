import { MAX_TIMER_MS, aClock, badArgument, readOptions, systemClock } from '@manycore/ground'
import type { Clock, OptionTable } from '@manycore/ground'
import type { GroupUpdate, InnerCore } from '@manycore/hypercore-types'
import { LINGER_MS, MAX_OPEN_CORES } from '../defaults.js'

/** Options of `new SessionTable(storage, options)`. */
export interface SessionTableOptions {
  /**
   * How long a core without sessions, holds, peers and writes stays open, in milliseconds; 0 means until the next turn
   * of the timers.
   */
  lingerMs?: number
  /**
   * How many cores may be open before idle ones are closed ahead of their linger, those first that have been idle the
   * longest; Infinity means that none is. Cores in use are never closed for it, and opening one is never refused, so
   * that as many are open as are in use. Adopted cores do not count.
   */
  maxOpenCores?: number
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
  maxOpenCores: {
    check(field, value) {
      if (value === Infinity || (Number.isInteger(value) && (value as number) >= 0)) return value as number
      throw badArgument(field, 'a whole number from 0, or Infinity', value)
    },
    default: MAX_OPEN_CORES,
    unit: 'cores'
  },
  clock: { check: aClock, default: systemClock }
} satisfies OptionTable<SessionTableOptions>

/** @throws BAD_ARGUMENT */
export function readSessionTableOptions(
  opts: SessionTableOptions | undefined
): Required<SessionTableOptions> {
  return readOptions(opts, TABLE)
}

/** What `table.stats()` gives: a copy. */
export interface SessionTableStats {
  /** How many cores are in the table, closing and adopted ones included. */
  cores: number
  /** How many of them linger: they are idle, or were when they began to. */
  lingering: number
  /** How many cores were closed before their linger was over, because there were more than `maxOpenCores`. */
  closedEarly: number
}

/** Every listener is called, whatever another one throws; that becomes an uncaught exception. */
export interface SessionTableEvents {
  /** A core has opened, or an open one was adopted. */
  'core-open': [core: InnerCore]
  /** A core that had opened has closed, or an adopted one has left. */
  'core-close': [core: InnerCore]
  /**
   * Nobody uses an open core any more, and it lingers from now on. It comes more than once for a core that stays idle. A listener
   * must neither open nor close cores: it is called inside the core's own work.
   */
  'core-idle': [core: InnerCore]
  /** A failure that no caller is told of: a core failed to close in the background. */
  'core-error': [err: unknown, core: InnerCore]
  /** A core began to want data. */
  downloading: [core: InnerCore]
  /** A core of a group changed; `topic` is 32 bytes. */
  'group-active': [topic: Uint8Array, update: GroupUpdate]
  /** Two different blocks are signed for one place. Upstream then closes the core's sessions. */
  conflict: [core: InnerCore, length: number, fork: number, proof: object]
}
