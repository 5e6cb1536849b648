/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const KEYCHAIN_ERRORS = {
  BAD_ARGUMENT:
    'An argument has the wrong type, length or value, or no option has this name; `field` names it.',
  KEYCHAIN_DESTROYED: 'The primary key was erased by `destroy()`; nothing can be derived from it any more.'
} as const

export type KeychainErrorCode = keyof typeof KEYCHAIN_ERRORS

/** What this package throws, except for a caller's mistakes: those are TypeErrors, with a `field`. */
export class KeychainError extends Error {
  readonly code: KeychainErrorCode

  constructor(code: KeychainErrorCode, message: string, options?: { cause?: unknown }) {
    super(`${code}: ${message}`, options)
    this.name = 'KeychainError'
    this.code = code
  }
}
