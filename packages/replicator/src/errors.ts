/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const REPLICATOR_ERRORS = {
  BAD_ARGUMENT: 'a caller passed something of the wrong kind; `field` names it (a TypeError)',
  DUPLICATE_CORE: 'another core with the same discovery key is already in the set',
  REPLICATOR_CLOSED: 'the replicator was closed; make a new one'
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
