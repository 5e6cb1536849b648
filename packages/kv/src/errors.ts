import { CodedError, isManycoreError as isOurs } from '@manycore/ground'
import type { ManycoreErrorGuard } from '@manycore/ground'

/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const ENGINE_ERRORS = {
  BAD_ARGUMENT:
    'An argument or option has the wrong type, length or value, or no option has that name. A TypeError; `field` names it.',
  ENGINE_CLOSED: 'The call came before open() or after close(), or the snapshot that it reads at is closed.',
  ENGINE_CORRUPT:
    'Stored bytes are not the ones that were written; `file` and `offset` say where, if that is known.',
  ENGINE_FAILED:
    'A write failed; `cause` says why. If it failed half-way, writes are refused until the engine is reopened, and reads go on. Or the store was changed elsewhere, while it was suspended or while a reader opened it.',
  ENGINE_READ_ONLY: 'The engine was opened read-only, and the call writes.',
  ENGINE_VERSION: 'The files were written by a newer version of this package.',
  ELOCKED:
    'The store is open elsewhere, in this process or another; `holder` is the id of that process, if it is known.'
} as const

/** A code of `ENGINE_ERRORS`. */
export type EngineErrorCode = keyof typeof ENGINE_ERRORS

/** What an engine throws when the call was well formed and could not be carried out. */
export class EngineError extends CodedError<EngineErrorCode> {
  /** Always 'EngineError'. */
  override readonly name = 'EngineError'
}

/**
 * Is this an error of a Manycore package, and has it one of these codes? None means any. It does not matter which
 * package threw it, or which copy of the package. False for what others throw: Node, Hypercore, RocksDB.
 */
export const isManycoreError: ManycoreErrorGuard<EngineErrorCode> = isOurs
