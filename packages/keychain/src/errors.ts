/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const KEYCHAIN_ERRORS = {
  BAD_ARGUMENT: 'An argument has the wrong type, length or value; `field` names it.',
  KEYCHAIN_DESTROYED: 'The primary key was erased by `destroy()`; nothing can be derived from it any more.'
} as const

export type KeychainErrorCode = keyof typeof KEYCHAIN_ERRORS

/** What this package throws, except for a caller's mistakes: those are TypeErrors, see `badArgument()`. */
export class KeychainError extends Error {
  readonly code: KeychainErrorCode

  constructor(code: KeychainErrorCode, message: string, options?: { cause?: unknown }) {
    super(`${code}: ${message}`, options)
    this.name = 'KeychainError'
    this.code = code
  }
}

/** A caller's mistake: names the field, what it should be and what kind of value was passed, never its content. */
export function badArgument(
  field: string,
  expected: string,
  value: unknown
): TypeError & { code: 'BAD_ARGUMENT'; field: string } {
  const err = new TypeError(`BAD_ARGUMENT: ${field} must be ${expected}, got ${describe(value)}`)
  return Object.assign(err, { code: 'BAD_ARGUMENT' as const, field })
}

// A key in the wrong form (hex, an array, a bigint) is still a key: only numbers and booleans are spelled out.
function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'number' || typeof value === 'boolean') return `${typeof value} ${value}`
  if (typeof value === 'string') return `a string of ${value.length} characters`
  if (value instanceof Uint8Array) return `a Uint8Array of ${value.byteLength} bytes`
  if (typeof value === 'object') return `an object (${value.constructor?.name ?? 'no prototype'})`
  return `a ${typeof value}`
}
