import {
  aBoolean,
  aClock,
  anObject,
  badArgument,
  bytes32,
  isPeerInfo,
  optional,
  readGiven,
  readOptions,
  systemClock
} from '@manycore/ground'
import type { Check, Clock, OptionTable } from '@manycore/ground'
import type { ProtocolStream } from '@manycore/hypercore-types'
import {
  ANSWER_MS,
  CORES_PER_STREAM,
  LOOKUPS,
  PAGES_PER_STREAM,
  PENDING_OPENS,
  POLICY_MS,
  REQUESTS_PER_CHANNEL,
  STALLED_MS,
  UNKNOWN_CORES,
  UNREAD_ANSWERS,
  WAITING_BYTES
} from './defaults.js'
import { aMirror } from './mirror/options.js'
import type { MirrorOptions } from './mirror/options.js'
import type { ReplicationPolicy } from './policy/policy.js'

/** Options of `new Replicator(source, options)` and `Replicator.of(hypercores, options)`. */
export interface ReplicatorOptions {
  /** False: no core is offered unasked; remotes that ask are served. */
  active?: boolean
  /** Which cores go over which stream, to whom. If there are several, all must allow. */
  policy?: ReplicationPolicy | readonly ReplicationPolicy[] | null
  /** Whether to keep all stored cores level with peers that mirror, too, and how; see `mirror()`. */
  mirror?: boolean | MirrorOptions
  /** What remotes may cost us. */
  limits?: Partial<Limits>
  /**
   * Where the time comes from; for tests. The event loop is shared among streams, and the answers to opens are gathered, by
   * the system's time in any case.
   */
  clock?: Clock
}

/** Options of `replicator.close()`. */
export interface CloseOptions {
  /** True: the streams that the replicator has made stay open as well. */
  leaveStreams?: boolean
}

const REPLICATOR = {
  active: { check: aBoolean, default: true },
  policy: { check: null, otherwise: 'none: who knows the key of a core gets it' }, // policy/policy.ts checks it
  mirror: { check: null, otherwise: 'no' }, // mirror/options.ts checks it
  limits: { check: null, otherwise: 'see Limits' }, // parseLimits() checks them
  clock: { check: aClock, default: systemClock, otherwise: "the system's timers" }
} satisfies OptionTable<ReplicatorOptions>

const CLOSE = {
  leaveStreams: { check: aBoolean, default: false }
} satisfies OptionTable<CloseOptions>

/** @throws BAD_ARGUMENT */
export function readReplicatorOptions(
  opts: ReplicatorOptions | undefined
): ReplicatorOptions & Required<Pick<ReplicatorOptions, 'active' | 'clock'>> {
  return readOptions(opts, REPLICATOR)
}

/** @throws BAD_ARGUMENT */
export function readCloseOptions(opts: CloseOptions | undefined): Required<CloseOptions> {
  return readOptions(opts, CLOSE)
}

/** What `replicate()` takes beside the stream. */
export interface ReplicateOptions {
  /** False: on this stream no core is offered unasked. */
  active?: boolean
  /** Narrows the policy of the replicator. If there are several, all must allow. */
  policy?: ReplicationPolicy | readonly ReplicationPolicy[] | null
  /**
   * False: not over this stream, if the replicator mirrors. True: over this one, even if it mirrors over no others. Options: the
   * same, and narrower than what the replicator mirrors.
   */
  mirror?: boolean | MirrorOptions
  /** How long from one keep-alive packet to the next; false is never, true as if it were left out. */
  keepAlive?: number | boolean
  /** The stream to use if the first argument is a boolean. */
  stream?: ProtocolStream
  /** Noise key pair, of 32 and 64 bytes, of a stream that is made. */
  keyPair?: { publicKey: Uint8Array; secretKey: Uint8Array }
  /** 32 bytes, of a stream that is made: whom to expect, where the pattern wants that. */
  remotePublicKey?: Uint8Array
  /** Noise pattern of a stream that is made. */
  pattern?: string
  /** Changes nothing: every stream is live, as in Corestore 7. */
  live?: boolean | null
}

/** They are read with `readGiven()`: a stream of the caller's keeps what it has. */
const REPLICATE_OPTIONS: OptionTable<ReplicateOptions> = {
  active: { check: optional(aBoolean), default: true },
  policy: { check: null, otherwise: 'that of the replicator' }, // policy/policy.ts checks it
  mirror: { check: optional(aMirror), otherwise: 'as the replicator does' },
  keepAlive: {
    check: optional((field, value) => {
      if (value === true) return undefined
      if (value === false || (typeof value === 'number' && value >= 0)) return value
      throw badArgument(field, 'a number of ms, or a boolean', value)
    }),
    otherwise: '5000, as in Hypercore',
    unit: 'ms'
  },
  stream: { check: null, otherwise: 'a new one' }, // streams/open-stream.ts checks it
  keyPair: { check: optional(anObject), otherwise: 'a new one' },
  remotePublicKey: { check: optional(bytes32), otherwise: 'whoever it is' },
  pattern: { check: null, default: 'XX' },
  live: { check: optional(aBoolean), otherwise: 'every stream is live' }
}

/**
 * Reads the options of `replicate()`, each once, by its name. Whoever passes a caller's options on to a replicator, with
 * some of its own, calls it first. A PeerInfo of Hyperswarm counts as no options.
 * @param target  the first argument of `replicate()`; a boolean makes a new stream, which also gets options that are not
 *                named here
 * @returns the options that were given
 * @throws BAD_ARGUMENT for a wrong value, or for a name that does not exist
 */
export function readReplicateOptions(target: unknown, opts: ReplicateOptions | undefined): ReplicateOptions {
  if (isPeerInfo(opts, Object.keys(REPLICATE_OPTIONS))) return {}
  return readGiven(opts, REPLICATE_OPTIONS, 'options', typeof target === 'boolean' ? 'keep' : 'refuse')
}

/** What remotes may cost us. docs/limits.md has these bounds and those that cannot be set, and what each of them takes. */
export interface Limits {
  /** How many opens of one stream may wait for an answer; more are not opened. */
  pendingOpens: number
  /**
   * How many cores may be open for the remote of one stream only; for a new one the least recently useful is closed. As
   * many that the remote was denied are remembered, to be opened when the policy changes.
   */
  coresPerStream: number
  /** How many look-ups in the source run at a time, of all streams; more wait, and the streams are served round robin. */
  lookups: number
  /** How many discovery keys are remembered as not here; 0 is none. */
  unknownCores: number
  /** How many opens of a stream are taken while it does not read our answers; with more it is closed. */
  unreadAnswers: number
  /** How many requests of one stream for blocks of one core may wait for an answer; with more the stream is closed. */
  requestsPerChannel: number
  /**
   * How many bitfield pages, of 32,768 blocks each, the remote of one stream may claim blocks in, of all cores together.
   * What is not proved to exist does not count, unless we have asked for it. With more its stream is closed.
   */
  pagesPerStream: number
  /**
   * How many bytes all streams of the replicator may have wait together, in frames that have not come whole or are not worked
   * on. What we have asked for does not count. Beyond that, those streams are closed that have made the least progress for
   * what they hold.
   */
  waitingBytes: number
  /** How long a remote may give no sign until it is 'stalled', which ends nothing. */
  stalledMs: number
  /**
   * How long a remote may leave a request of ours unanswered until another one is asked, if there is one that could
   * answer; Infinity = as long as it likes.
   */
  answerMs: number
  /** How long a policy may take to answer. A core is denied until a late answer comes. */
  policyMs: number
}

const LIMITS = {
  pendingOpens: { check: from(1), default: PENDING_OPENS, unit: 'opens' },
  coresPerStream: { check: from(1), default: CORES_PER_STREAM, unit: 'cores' },
  lookups: { check: from(1), default: LOOKUPS, unit: 'look-ups' },
  unknownCores: { check: from(0), default: UNKNOWN_CORES, unit: 'keys' },
  unreadAnswers: { check: from(1), default: UNREAD_ANSWERS, unit: 'opens' },
  requestsPerChannel: { check: from(1), default: REQUESTS_PER_CHANNEL, unit: 'requests' },
  pagesPerStream: { check: from(1), default: PAGES_PER_STREAM, unit: 'pages' },
  waitingBytes: { check: from(1), default: WAITING_BYTES, unit: 'bytes' },
  stalledMs: { check: from(1), default: STALLED_MS, unit: 'ms' },
  answerMs: { check: from(1), default: ANSWER_MS, unit: 'ms' },
  policyMs: { check: from(1), default: POLICY_MS, unit: 'ms' }
} satisfies OptionTable<Limits>

/** @throws BAD_ARGUMENT, which names the limit */
export function parseLimits(given?: Partial<Limits>): Limits {
  return readOptions(given, LIMITS, 'limits')
}

function from(least: number): Check<number> {
  return (field, value) => {
    if (value === Infinity || (Number.isInteger(value) && (value as number) >= least)) return value as number
    throw badArgument(field, `a whole number from ${least}, or Infinity`, value)
  }
}
