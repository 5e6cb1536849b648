import { badArgument, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
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

/** What remotes may cost us. docs/security.md says what each bounds. */
export interface Limits {
  /** opens of one stream that wait for an answer; more are refused; default 16384 */
  pendingOpens: number
  /**
   * cores open for one stream's remote only; the least recently useful is closed for a new one. As many that it was
   * denied are remembered, to be opened when the policy changes. Default 16384
   */
  coresPerStream: number
  /** look-ups in the source at a time, streams taking turns; more wait; default 64 */
  lookups: number
  /** discovery keys remembered as not here; 0 = none; default 16384 */
  unknownCores: number
  /** opens of a stream taken while it does not read our answers; more end the stream; default 65536 */
  unreadAnswers: number
  /** requests for blocks of one core that wait for an answer; more end the stream; default 4096 */
  requestsPerChannel: number
  /** pages of 32,768 blocks in which a remote says it has some, of all cores; more end the stream; default 32768 */
  pagesPerStream: number
  /** ms without a sign from a remote until it is 'stalled', which ends nothing; default 60000 */
  stalledMs: number
  /** ms that a policy may take to answer; what comes later has denied until it comes; default 10000 */
  policyMs: number
}

const DEFAULTS: Readonly<Limits> = {
  pendingOpens: PENDING_OPENS,
  coresPerStream: CORES_PER_STREAM,
  lookups: LOOKUPS,
  unknownCores: UNKNOWN_CORES,
  unreadAnswers: UNREAD_ANSWERS,
  requestsPerChannel: REQUESTS_PER_CHANNEL,
  pagesPerStream: PAGES_PER_STREAM,
  stalledMs: STALLED_MS,
  policyMs: POLICY_MS
}

const TABLE = Object.fromEntries(
  Object.keys(DEFAULTS).map((name) => [name, name === 'unknownCores' ? from(0) : from(1)])
) as unknown as OptionTable<Partial<Limits>>

/** @throws BAD_ARGUMENT naming the limit */
export function parseLimits(given?: Partial<Limits>): Limits {
  return { ...DEFAULTS, ...readOptions(given, TABLE, 'limits') }
}

function from(least: number): (field: string, value: unknown) => number {
  return (field, value) => {
    if (value === Infinity || (Number.isInteger(value) && (value as number) >= least)) return value as number
    throw badArgument(field, `a whole number from ${least}, or Infinity`, value)
  }
}
