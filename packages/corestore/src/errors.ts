import { ArgumentError, CodedError, isManycoreError as isOurs } from '@manycore/ground'
import type { ManycoreErrorGuard } from '@manycore/ground'
import type { KeychainErrorCode } from '@manycore/keychain'
import type { ReplicatorErrorCode } from '@manycore/replicator'
import type { SessionsErrorCode } from '@manycore/sessions'
import type { EngineErrorCode, StorageErrorCode } from '@manycore/storage-adapters'

/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const CORESTORE_ERRORS = {
  BAD_ARGUMENT:
    'An argument or option has the wrong type, length or value, or no option has that name. A TypeError; `field` names it.',
  ERR_ASSERTION: 'A primary key was passed without `unsafe: true`.',
  SESSION_CLOSED:
    'What the call was made on is closed or closing: a store, a session of one, a table, a scope or a core.',
  STORAGE_CONFLICT:
    'The primary key, or the core that is stored under a name, is not the one that was asked for.',
  STORAGE_EMPTY:
    'There is nothing stored here: no store (opened read-only), no such core, or no data where data is needed.'
} as const

/** A code of `CORESTORE_ERRORS`. */
export type CorestoreErrorCode = keyof typeof CORESTORE_ERRORS

/** What Corestore throws when the call was well formed and could not be carried out. */
export class CorestoreError extends CodedError<CorestoreErrorCode> {
  /** Always 'CorestoreError'. */
  override readonly name = 'CorestoreError'
}

/**
 * Is this an error of a Manycore package, and has it one of these codes? None means any. It does not matter which
 * package threw it, or which copy of the package. False for what others throw: Node, Hypercore, RocksDB.
 */
export const isManycoreError: ManycoreErrorGuard<
  | CorestoreErrorCode
  | EngineErrorCode
  | KeychainErrorCode
  | ReplicatorErrorCode
  | SessionsErrorCode
  | StorageErrorCode
> = isOurs

/** Makes the error for a key that is not known: it was most likely read from a core that is not ready yet. */
export function notReady(field: string, value: null | undefined): ArgumentError {
  return new ArgumentError(field, `${field} is ${value}: await core.ready() first?`)
}
