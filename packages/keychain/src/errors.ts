import { CodedError, isManycoreError as isOurs } from '@manycore/ground'
import type { ManycoreErrorGuard } from '@manycore/ground'

/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const KEYCHAIN_ERRORS = {
  BAD_ARGUMENT:
    'An argument or option has the wrong type, length or value, or no option has that name. A TypeError; `field` names it.',
  KEYCHAIN_DESTROYED: 'The primary key was erased by `destroy()`. Nothing can be derived from it any more.'
} as const

/** A code of `KEYCHAIN_ERRORS`. */
export type KeychainErrorCode = keyof typeof KEYCHAIN_ERRORS

/** What this package throws when the call was well formed and could not be carried out. */
export class KeychainError extends CodedError<KeychainErrorCode> {
  /** Always 'KeychainError'. */
  override readonly name = 'KeychainError'
}

/**
 * Is this an error of a Manycore package, and has it one of these codes? None means any. It does not matter which
 * package threw it, or which copy of the package. False for what others throw: Node, Hypercore, RocksDB.
 */
export const isManycoreError: ManycoreErrorGuard<KeychainErrorCode> = isOurs
