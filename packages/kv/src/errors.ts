/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const ENGINE_ERRORS = {
  BAD_ARGUMENT:
    'an argument or option has the wrong type, length or form, or no option has this name; `field` names it',
  ENGINE_CLOSED: 'a call before open() or after close(), or at a closed snapshot',
  ENGINE_CORRUPT: 'stored bytes are not what was written; `file` and `offset` say where',
  ENGINE_FAILED:
    'a write failed, for the reason in `cause`; where it failed half-way, writes are refused until the engine is reopened; reads go on. Or the store was changed elsewhere, while it was suspended or while a reader opened it',
  ENGINE_READ_ONLY: 'a write to an engine that was opened read-only',
  ENGINE_VERSION: 'the files were written by a newer version',
  ELOCKED: 'the store is open elsewhere, in this process or another; `holder` is its process where known'
} as const

export type EngineErrorCode = keyof typeof ENGINE_ERRORS

/** What an engine throws when the call was well formed and could not be carried out. */
export class EngineError extends Error {
  // Fields are declared only, so that a printed error shows none that is not set.
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode
  /** ENGINE_CORRUPT: the file's name */
  declare readonly file?: string
  /** ENGINE_CORRUPT: bytes from the start of the file */
  declare readonly offset?: number
  /** ELOCKED: process id */
  declare readonly holder?: number

  constructor(
    code: EngineErrorCode,
    message: string,
    details: { cause?: unknown; file?: string; offset?: number; holder?: number } = {}
  ) {
    const { cause, file, offset, holder } = details
    super(`${code}: ${message}`, cause === undefined ? undefined : { cause })
    this.code = code
    if (file !== undefined) this.file = file
    if (offset !== undefined) this.offset = offset
    if (holder !== undefined) this.holder = holder
  }
}

/** A mistake of the caller: `field` is the argument or option at fault. */
export function badArgument(
  field: string,
  expected: string,
  value: unknown
): TypeError & { readonly code: 'BAD_ARGUMENT'; readonly field: string } {
  const got =
    value instanceof Uint8Array
      ? `${value.byteLength} bytes`
      : value === null
        ? 'null'
        : `${typeof value} ${String(value)}`
  const err = new TypeError(`BAD_ARGUMENT: ${field} must be ${expected}, got ${got}`)
  return Object.assign(err, { code: 'BAD_ARGUMENT' as const, field })
}
