import { badArgument, readOptions, type Check, type OptionTable } from '@manycore/ground'
import {
  CORES_PER_STREAM,
  LOOKUPS,
  PAGES_PER_STREAM,
  PENDING_OPENS,
  POLICY_MS,
  REQUESTS_PER_CHANNEL,
  STALLED_MS,
  UNKNOWN_CORES,
  UNREAD_ANSWERS
} from './defaults.js'

/** What remotes may cost us. docs/security.md says what each of them bounds. */
export interface Limits {
  /** How many opens of one stream may wait for an answer; more are not opened. */
  pendingOpens: number
  /**
   * How many cores may be open for the remote of one stream only; for a new one the least recently useful is closed. As
   * many that the remote was denied are remembered, to be opened when the policy changes.
   */
  coresPerStream: number
  /** How many look-ups in the source run at a time; more wait, and streams take turns. */
  lookups: number
  /** How many discovery keys are remembered as not here; 0 is none. */
  unknownCores: number
  /** How many opens of a stream are taken while it does not read our answers; with more it is closed. */
  unreadAnswers: number
  /** How many requests for blocks of one core may wait for an answer; with more the stream is closed. */
  requestsPerChannel: number
  /** How many bitfield pages, of 32,768 blocks each, a remote may claim across all cores; with more its stream is closed. */
  pagesPerStream: number
  /** How long a remote may give no sign until it is 'stalled', which ends nothing. */
  stalledMs: number
  /** How long a policy may take to answer. A core is denied until a late answer comes. */
  policyMs: number
}

const TABLE = {
  pendingOpens: { check: from(1), default: PENDING_OPENS, unit: 'opens' },
  coresPerStream: { check: from(1), default: CORES_PER_STREAM, unit: 'cores' },
  lookups: { check: from(1), default: LOOKUPS, unit: 'look-ups' },
  unknownCores: { check: from(0), default: UNKNOWN_CORES, unit: 'keys' },
  unreadAnswers: { check: from(1), default: UNREAD_ANSWERS, unit: 'opens' },
  requestsPerChannel: { check: from(1), default: REQUESTS_PER_CHANNEL, unit: 'requests' },
  pagesPerStream: { check: from(1), default: PAGES_PER_STREAM, unit: 'pages' },
  stalledMs: { check: from(1), default: STALLED_MS, unit: 'ms' },
  policyMs: { check: from(1), default: POLICY_MS, unit: 'ms' }
} satisfies OptionTable<Limits>

/** @throws BAD_ARGUMENT naming the limit */
export function parseLimits(given?: Partial<Limits>): Limits {
  return readOptions(given, TABLE, 'limits')
}

function from(least: number): Check<number> {
  return (field, value) => {
    if (value === Infinity || (Number.isInteger(value) && (value as number) >= least)) return value as number
    throw badArgument(field, `a whole number from ${least}, or Infinity`, value)
  }
}
