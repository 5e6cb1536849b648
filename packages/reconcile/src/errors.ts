import { CodedError, isManycoreError as isOurs } from '@manycore/ground'
import type { ManycoreErrorGuard } from '@manycore/ground'

/** Every code of this package and its meaning; docs/errors.md is generated from it. */
export const RECONCILE_ERRORS = {
  BAD_ARGUMENT:
    'An argument or option has the wrong type, length or value, or no option has that name. A TypeError; `field` names it.',
  EXCHANGE_MISMATCH:
    'The other side has other lengths of ids and versions, or another secret, so that nothing can be compared.',
  EXCHANGE_STATE:
    'The call does not fit the state of the exchange: it has begun already, has ended, or has failed.',
  FRAME_INVALID:
    'The other side sent a frame that breaks the format: it is cut off, or its ranges, bounds, counts or items are not in order. The exchange is over; the index is as it was.',
  FRAME_TOO_LARGE:
    'The other side sent a frame of more than `maxFrameBytes`. It was not read, and the exchange is over.',
  FRAME_VERSION: 'The other side speaks a version of the format that this package does not know.',
  INDEX_CLOSED: 'The index was used after `close()`.',
  INDEX_CORRUPT:
    'A stored node of the index is missing, damaged, or not the one that its parent names. `rebuild()` repairs the index.',
  INDEX_MISMATCH:
    'The index was stored with other lengths of ids and versions, another secret, or in a format that is not known. `rebuild()` makes it anew.',
  ITEM_EXISTS: 'The id that `insert()` was given is in the index already.',
  ITEM_UNKNOWN: 'The id that `update()` was given is not in the index.',
  ROUNDS_EXCEEDED: 'The exchange took more messages than `maxRounds`. A new one can go on at `position`.',
  WORK_REFUSED:
    'The other side asks about more ranges than an exchange keeps for later. The exchange is over; the index is as it was.'
} as const

/** A code of `RECONCILE_ERRORS`. */
export type ReconcileErrorCode = keyof typeof RECONCILE_ERRORS

/** What this package throws when the call was well formed and could not be carried out. */
export class ReconcileError extends CodedError<ReconcileErrorCode> {
  /** Always 'ReconcileError'. */
  override readonly name = 'ReconcileError'
}

/**
 * Is this an error of a Manycore package, and has it one of these codes? None means any. It does not matter which
 * package threw it, or which copy of the package. False for what others throw, such as the errors of an engine.
 */
export const isManycoreError: ManycoreErrorGuard<ReconcileErrorCode> = isOurs
