/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const CORESTORE_ERRORS = {
  BAD_ARGUMENT:
    'an argument or option has the wrong type, length or form, or no option has this name; `field` names it',
  ERR_ASSERTION: 'a primary key was passed without `unsafe: true`',
  SESSION_CLOSED: 'the store, or the store it is a session of, is closed or closing',
  STORAGE_CONFLICT: 'the primary key, or the core stored under a name, is another than the one asked for',
  STORAGE_EMPTY: 'no core with this discovery key is stored here, or it has no data where data is needed'
} as const

export type CorestoreErrorCode = keyof typeof CORESTORE_ERRORS

/** What Corestore throws when the call was well formed and could not be carried out. */
export class CorestoreError extends Error {
  override readonly name = 'CorestoreError'
  readonly code: CorestoreErrorCode

  constructor(code: CorestoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(`${code}: ${message}`, options)
    this.code = code
  }
}

/** A mistake of the caller: `field` is the argument or option at fault. */
export interface ArgumentError extends TypeError {
  readonly code: 'BAD_ARGUMENT'
  readonly field: string
}

/** Makes the error for a key that is not known: it was most likely read from a core that is not ready yet. */
export function notReady(field: string, value: null | undefined): ArgumentError {
  const err = new TypeError(`BAD_ARGUMENT: ${field} is ${value}: await core.ready() first?`)
  return Object.assign(err, { code: 'BAD_ARGUMENT' as const, field })
}
