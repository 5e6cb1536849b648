/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const STORAGE_ERRORS = {
  BAD_ARGUMENT: 'An argument has the wrong type or value; `field` names it.'
} as const

export type StorageErrorCode = keyof typeof STORAGE_ERRORS

/** A caller's mistake: names the field, what it should be and what was passed. */
export function badArgument(
  field: string,
  expected: string,
  value: unknown
): TypeError & { code: 'BAD_ARGUMENT'; field: string } {
  const err = new TypeError(`BAD_ARGUMENT: ${field} must be ${expected}, got ${describe(value)}`)
  return Object.assign(err, { code: 'BAD_ARGUMENT' as const, field })
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (value === '') return 'an empty string'
  if (typeof value === 'function') return value.name ? `function ${value.name}` : 'a function'
  if (typeof value === 'object') return `an object (${value.constructor?.name ?? 'no prototype'})`
  return `${typeof value} ${String(value)}`
}
