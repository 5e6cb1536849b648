import { CodedError, isManycoreError as isOurs } from '@manycore/ground'
import type { ManycoreErrorGuard } from '@manycore/ground'

/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const SESSIONS_ERRORS = {
  BAD_ARGUMENT:
    'An argument or option has the wrong type, length or value, or no option has that name. A TypeError; `field` names it.',
  CORE_TAKEN: 'The core, or its discovery key, already has an owner: each core has exactly one.',
  PRELOAD_FAILED:
    'What a session waited for before it opened threw a programming error; `cause` is that error.',
  SESSION_CLOSED:
    'What the call was made on is closed or closing: a store, a session of one, a table, a scope or a core.'
} as const

/** A code of `SESSIONS_ERRORS`. */
export type SessionsErrorCode = keyof typeof SESSIONS_ERRORS

/** What this package throws when the call was well formed and could not be carried out. */
export class SessionsError extends CodedError<SessionsErrorCode> {
  /** Always 'SessionsError'. */
  override readonly name: string = 'SessionsError'
}

/**
 * Is this an error of a Manycore package, and has it one of these codes? None means any. It does not matter which
 * package threw it, or which copy of the package. False for what others throw: Node, Hypercore, RocksDB.
 */
export const isManycoreError: ManycoreErrorGuard<SessionsErrorCode> = isOurs
