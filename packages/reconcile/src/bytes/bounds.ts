import { badArgument, bytes, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import { compareBytes } from './order.js'

/** Options of `index.fingerprint()` and `index.iterator()`: the ids in `[gte, lt)`, bytewise. A side without a bound is open. */
export interface IdRange {
  /** The first id that may be in the range: up to `idBytes` bytes; a shorter one stands for itself and zeros after it. Default: the first of all. */
  gte?: Uint8Array
  /** The first id after the range, in the same form. Default: there is none. */
  lt?: Uint8Array
}

const RANGE = { gte: { check: bytes }, lt: { check: bytes } } satisfies OptionTable<IdRange>

/** A bound as the tree takes it: `idBytes` bytes, or null for the end of all ids. */
export type Bound = Uint8Array | null

/** A range as the tree takes it: `[lo, hi)`. */
export interface Span {
  readonly lo: Uint8Array
  readonly hi: Bound
}

/** @throws BAD_ARGUMENT */
export function spanOf(range: IdRange | undefined, idBytes: number): Span {
  const { gte, lt } = readOptions(range, RANGE)
  return {
    lo: padded('gte', gte ?? new Uint8Array(0), idBytes),
    hi: lt === undefined ? null : padded('lt', lt, idBytes)
  }
}

/** The shortest bound that is after `before` and not after `after`, with zeros behind it. */
export function boundBetween(before: Uint8Array, after: Uint8Array): Uint8Array {
  let length = 0
  while (before[length] === after[length]) length++
  const bound = new Uint8Array(after.byteLength)
  bound.set(after.subarray(0, length + 1))
  return bound
}

/** How many bytes of a bound are left without the zeros behind it. */
export function boundLength(bound: Uint8Array): number {
  let length = bound.byteLength
  while (length > 0 && bound[length - 1] === 0) length--
  return length
}

/** As `compareBytes()`; null is after everything. */
export function compareBounds(a: Bound, b: Bound): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  return compareBytes(a, b)
}

function padded(field: string, bound: Uint8Array, idBytes: number): Uint8Array {
  if (bound.byteLength > idBytes) throw badArgument(field, `a Uint8Array of at most ${idBytes} bytes`, bound)
  const out = new Uint8Array(idBytes)
  out.set(bound)
  return out
}
