/** The same symbol in every copy of this file: each package is a bundle of its own and has its own. */
const BRAND: symbol = Symbol.for('manycore.error')

/** What every error of these packages looks like. Only what is known is there. */
export interface ManycoreError<Code extends string = string> extends Error {
  /** Stable within a major version; the message starts with it. */
  readonly code: Code
  /** BAD_ARGUMENT: the argument or option at fault, as the caller writes it: `limits.pendingOpens`. */
  readonly field?: string
  /** ELOCKED: the id of the process that holds the store, if that is known. */
  readonly holder?: number
  /** ENGINE_CORRUPT: the name of the file. */
  readonly file?: string
  /** ENGINE_CORRUPT: bytes from the start of the file. */
  readonly offset?: number
  /** The core that is concerned, by its discovery key: 32 bytes. */
  readonly discoveryKey?: Uint8Array
  /** The error that this one explains. */
  readonly cause?: unknown
}

/** What a `CodedError` may say beside its code and message. */
export interface ErrorDetails {
  cause?: unknown
  holder?: number
  file?: string
  offset?: number
  /** null is the same as none */
  discoveryKey?: Uint8Array | null
}

/** The error of a call that was well formed and could not be carried out. Each package names its own. */
export class CodedError<Code extends string> extends Error implements ManycoreError<Code> {
  // Declared only, so that a printed error shows none that is not set.
  readonly code: Code
  /** ELOCKED: the id of the process that holds the store, if that is known. */
  declare readonly holder?: number
  /** ENGINE_CORRUPT: the name of the file. */
  declare readonly file?: string
  /** ENGINE_CORRUPT: bytes from the start of the file. */
  declare readonly offset?: number
  /** The core that is concerned, by its discovery key: 32 bytes. */
  declare readonly discoveryKey?: Uint8Array

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    const { cause, holder, file, offset, discoveryKey } = details
    super(`${code}: ${message}`, cause === undefined ? undefined : { cause })
    this.code = code
    if (holder !== undefined) this.holder = holder
    if (file !== undefined) this.file = file
    if (offset !== undefined) this.offset = offset
    if (discoveryKey) this.discoveryKey = discoveryKey
  }

  static {
    Object.defineProperty(this.prototype, BRAND, { value: true })
  }
}

/** A mistake of the caller, which is a TypeError: `field` is the argument or option at fault. */
export class ArgumentError extends TypeError implements ManycoreError<'BAD_ARGUMENT'> {
  readonly code = 'BAD_ARGUMENT'
  readonly field: string

  /** @param problem  a sentence about the field, which it names */
  constructor(field: string, problem: string) {
    super(`BAD_ARGUMENT: ${problem}`)
    this.field = field
  }

  static {
    Object.defineProperty(this.prototype, BRAND, { value: true })
  }
}

/**
 * Makes, and does not throw, the error for a bad argument. Numbers and booleans are spelled out; everything else
 * is described by its type and size only, because a key in the wrong form is still a key.
 * @param field     the argument or option, as the caller writes it: `limits.pendingOpens`
 * @param expected  completes "must be …"
 */
export function badArgument(field: string, expected: string, value: unknown): ArgumentError {
  return new ArgumentError(field, `${field} must be ${expected}, got ${describe(value)}`)
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (value instanceof Uint8Array) return count(value.byteLength, 'byte')
  if (typeof value === 'number' || typeof value === 'boolean') return `${typeof value} ${value}`
  if (typeof value === 'string')
    return value === '' ? 'an empty string' : `a string of ${count(value.length, 'character')}`
  if (typeof value === 'function') return value.name ? `function ${value.name}` : 'a function'
  if (typeof value === 'object') return describeObject(value)
  return `a ${typeof value}`
}

function describeObject(value: object): string {
  if (Object.getPrototypeOf(value) === null) return 'an object (no prototype)'
  const made: unknown = value.constructor
  // A generator's constructor is not a function, and an anonymous class has no name.
  return typeof made === 'function' && made.name ? `an object (${made.name})` : 'an object'
}

function count(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? '' : 's'}`
}

/**
 * `isManycoreError` as a package exports it: `Codes` are those that its calls throw, so that a misspelled one does not
 * compile.
 */
export type ManycoreErrorGuard<Codes extends string> = <Code extends Codes = Codes>(
  err: unknown,
  ...codes: readonly Code[]
) => err is ManycoreError<Code>

/**
 * Is this an error of one of the Manycore packages, and has it one of these codes? True whichever package, or copy of
 * a package, made it, which `instanceof` is not. False for errors of others: Node, Hypercore, RocksDB, a policy.
 * @param codes  none means any code
 */
export function isManycoreError<Code extends string>(
  err: unknown,
  ...codes: readonly Code[]
): err is ManycoreError<Code> {
  if (typeof err !== 'object' || err === null || (err as { [BRAND]?: unknown })[BRAND] !== true) return false
  return codes.length === 0 || codes.includes((err as ManycoreError<Code>).code)
}
