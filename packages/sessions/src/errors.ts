/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const SESSIONS_ERRORS = {
  BAD_ARGUMENT:
    'An argument or option has the wrong type, length or range, or no option has this name; `field` names it.',
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
