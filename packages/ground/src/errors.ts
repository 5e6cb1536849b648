/** A caller's mistake: `field` is the argument or option at fault. */
export type ArgumentError = TypeError & { readonly code: 'BAD_ARGUMENT'; readonly field: string }

/**
 * Makes, and does not throw, the error for a bad argument. Numbers and booleans are spelled out; everything else
 * is described by its type and size only, because a key in the wrong form is still a key.
 * @param field     the argument or option, as the caller writes it: `limits.pendingOpens`
 * @param expected  completes "must be …"
 */
export function badArgument(field: string, expected: string, value: unknown): ArgumentError {
  const err = new TypeError(`BAD_ARGUMENT: ${field} must be ${expected}, got ${describe(value)}`)
  return Object.assign(err, { code: 'BAD_ARGUMENT' as const, field })
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  if (typeof value === 'number' || typeof value === 'boolean') return `${typeof value} ${value}`
  if (typeof value === 'string')
    return value === '' ? 'an empty string' : `a string of ${value.length} characters`
  if (typeof value === 'function') return value.name ? `function ${value.name}` : 'a function'
  if (typeof value === 'object') return `an object (${value.constructor?.name ?? 'no prototype'})`
  return `a ${typeof value}`
}
