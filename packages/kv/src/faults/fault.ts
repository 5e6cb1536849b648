import { aCount, anObject, badArgument, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import { EngineError } from '../errors.js'

/**
 * What happens to an operation:
 * - `fail`: It rejects, and nothing is done.
 * - `fail-after`: It rejects, although it is done.
 * - `drop`: It is acknowledged, and nothing is done.
 * - `forget`: It rejects, and what it should have stored is never stored unless it is written again. Later syncs resolve
 *   without storing it.
 * - `delay`: It is done once `release()` is called.
 * - `tear`: It rejects after a prefix was done.
 * - `reorder`: It is acknowledged at once, and done after the next write or batch, and in any case before a flush, sync,
 *   truncate, unlink or close.
 */
export type FaultAction = 'fail' | 'fail-after' | 'drop' | 'forget' | 'delay' | 'tear' | 'reorder'

/** The operations of an engine, then those of a file. */
export type FaultOperation =
  | 'open'
  | 'getMany'
  | 'next'
  | 'batch'
  | 'flush'
  | 'compact'
  | 'read'
  | 'stat'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'unlink'

const OPEN: readonly FaultAction[] = ['fail', 'delay']
const ANY: readonly FaultAction[] = [...OPEN, 'fail-after']
const NO_RESULT: readonly FaultAction[] = [...ANY, 'drop']
const WRITE: readonly FaultAction[] = [...NO_RESULT, 'tear', 'reorder']

/** What can happen to each operation. */
const ACTIONS: Record<FaultOperation, readonly FaultAction[]> = {
  open: OPEN,
  getMany: ANY,
  next: ANY,
  batch: WRITE,
  flush: NO_RESULT,
  compact: NO_RESULT,
  read: ANY,
  stat: ANY,
  write: WRITE,
  truncate: NO_RESULT,
  sync: [...NO_RESULT, 'forget'],
  unlink: NO_RESULT
}

/** One thing that goes wrong: once, at the `nth` operation, or again and again, at one in `oneIn` operations. */
export interface Fault {
  /** The operation that it happens to. */
  readonly on: FaultOperation
  /** What happens to it. */
  readonly action: FaultAction
  /** Which such operation from now on it happens to; 1 is the next. Default: 1. */
  readonly nth?: number
  /** Instead of `nth`: one in so many operations, drawn with the plan's seed. */
  readonly oneIn?: number
  /** Only operations on files of such a name count. Default: all files. */
  readonly file?: RegExp
  /**
   * What `fail`, `fail-after` and `tear` reject with. Default: an error with the code EIO, and for an engine's
   * writes ENGINE_FAILED with that as its cause.
   */
  readonly error?: Error
  /** For `tear`: how many bytes of the write, or operations of the batch, are done. Default: half of them. */
  readonly keep?: number
}

/** A fault that happened. */
export interface FaultHit {
  /** The operation that it happened to. */
  readonly on: FaultOperation
  /** What happened to it. */
  readonly action: FaultAction
  /** The name of the file; '' if the operation was not on a file. */
  readonly file: string
}

const FAULT = {
  on: { check: null },
  action: { check: null },
  nth: { check: atLeastOne, unit: 'operations' },
  oneIn: { check: atLeastOne, otherwise: 'none: `nth` counts', unit: 'operations' },
  file: {
    check(field, value) {
      if (value instanceof RegExp) return value
      throw badArgument(field, 'a regular expression', value)
    }
  },
  error: { check: anObject },
  keep: { check: aCount, unit: 'bytes or ops' }
} satisfies OptionTable<Fault>

/** @throws BAD_ARGUMENT */
export function checkFault(given: Fault): Fault {
  const fault = readOptions(given, FAULT) as Fault
  const { on, action } = fault
  const allowed: readonly FaultAction[] | undefined = ACTIONS[on]
  if (allowed === undefined) throw badArgument('on', `one of ${Object.keys(ACTIONS).join(', ')}`, on)
  if (!allowed.includes(action)) {
    const article = on === 'open' || on === 'unlink' ? 'an' : 'a'
    throw badArgument('action', `one of ${allowed.join(', ')} for ${article} ${on}`, action)
  }
  return fault
}

function atLeastOne(field: string, value: unknown): number {
  if (typeof value === 'number' && value >= 1) return value
  throw badArgument(field, 'a number ≥ 1', value)
}

/** Called by wrappers once an operation is done. @throws what a `fail-after` rejects with */
export function checkAfter(fault: Fault | null): void {
  if (fault?.action === 'fail-after') throw errorOf(fault)
}

/** The error that a fault rejects with. */
export function errorOf({ on, action, error }: Fault): Error {
  if (error !== undefined) return error
  const cause = Object.assign(new Error(`EIO: ${action} ${on}, as planned`), { code: 'EIO' })
  return on === 'batch' || on === 'flush' || on === 'compact' ? engineFailed(cause) : cause
}

export function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: no space left, as planned'), { code: 'ENOSPC' })
}

export function engineFailed(cause: Error): EngineError {
  return new EngineError('ENGINE_FAILED', cause.message, { cause })
}
