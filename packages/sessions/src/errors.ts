/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const SESSIONS_ERRORS = {
  BAD_ARGUMENT: 'The caller passed a value of the wrong type, length or range; `field` names it.',
  CORE_TAKEN: 'The core, or its discovery key, already has an owner: each core has exactly one.',
  PRELOAD_FAILED:
    'What a session waited for before it opened threw a programming error; `cause` is that error.',
  SESSION_CLOSED: 'The table, scope or core was closed before the call.'
} as const

export type SessionsErrorCode = keyof typeof SESSIONS_ERRORS

/** What this package throws, caller mistakes aside; `code` is stable within a major version. */
export class SessionsError extends Error {
  override readonly name: string = 'SessionsError'
  readonly code: SessionsErrorCode

  constructor(code: SessionsErrorCode, message: string, options?: { cause?: unknown }) {
    super(`${code}: ${message}`, options)
    this.code = code
  }
}

/**
 * A caller's mistake.
 * @param expected  what the field must be, as in 'must be …'
 */
export function badArgument(
  field: string,
  expected: string,
  value: unknown
): TypeError & { code: 'BAD_ARGUMENT'; field: string } {
  const error = new TypeError(`BAD_ARGUMENT: ${field} must be ${expected}, got ${describe(value)}`)
  return Object.assign(error, { code: 'BAD_ARGUMENT' as const, field })
}

function describe(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  if (typeof value === 'string') return `a string of ${value.length}`
  if (typeof value === 'number') return `number ${value}`
  return value === null ? 'null' : typeof value
}
