/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const REPLICATOR_ERRORS = {
  BAD_ARGUMENT: 'a caller passed something of the wrong kind; `field` names it (a TypeError)',
  BAD_FRAME:
    'a remote sent a message that cannot be decoded or has an impossible size or place; its stream ends',
  BAD_PROOF:
    'a remote sent data of a core that its key has not signed; it was not taken, and the stream goes on',
  CONFLICT: 'the key of a core has signed two histories; Hypercore closes the core for good',
  DUPLICATE_CORE: 'another core with the same discovery key is already in the set',
  HANDSHAKE_FAILED:
    'the Noise handshake of a stream failed, as when both ends are the initiator; its stream ends',
  POLICY_LOOP:
    'a policy changed the policies again and again while its answer about a core was awaited; the core is denied',
  POLICY_TIMEOUT: 'a policy has not answered about a core in time; the core is denied until the answer comes',
  REPLICATOR_CLOSED: 'the replicator was closed; make a new one',
  TOO_MANY_CORES: 'as many cores as the limit allows are open for one remote; one was closed, or not opened',
  TOO_MANY_MESSAGES:
    'more messages of one remote are being worked on than any Hypercore sends; its stream ends',
  TOO_MANY_OPENS:
    'more channels are being opened by one remote than the limit allows; they are refused, or its stream ends',
  TOO_MANY_PAGES:
    'the blocks that a remote says it has lie in more pages than the limit allows; its stream ends',
  TOO_MANY_REQUESTS:
    'more requests for blocks of one core wait for an answer than the limit allows; the stream ends',
  UNREAD_ANSWERS: 'a remote opens channels and does not read the answers; its stream ends'
} as const

export type ReplicatorErrorCode = keyof typeof REPLICATOR_ERRORS

/** What this package throws or emits itself, with a code that is stable within a major version. */
export class ReplicatorError extends Error {
  readonly code: ReplicatorErrorCode

  constructor(code: ReplicatorErrorCode, message: string, options?: { cause?: unknown }) {
    super(`${code}: ${message}`, options)
    this.name = 'ReplicatorError'
    this.code = code
  }
}

export type BadArgumentError = TypeError & { code: 'BAD_ARGUMENT'; field: string }

/** A caller's mistake: names the field, what is accepted there, and what came instead. */
export function badArgument(field: string, expected: string, value: unknown): BadArgumentError {
  const err = new TypeError(`BAD_ARGUMENT: ${field} must be ${expected}, got ${describe(value)}`)
  return Object.assign(err, { code: 'BAD_ARGUMENT' as const, field })
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return `a string of ${value.length} characters`
  if (typeof value === 'number' || typeof value === 'bigint') return `${typeof value} ${value}`
  if (typeof value !== 'object') return typeof value
  return value.constructor?.name ? `an object of class ${value.constructor.name}` : 'an object'
}
