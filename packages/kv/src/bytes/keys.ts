import b4a from 'b4a'
import type { Range } from '../engine.js'
import { FieldReader, FieldWriter } from './fields.js'

/**
 * Bytewise order, a prefix first: < 0, 0 or > 0. Most keys differ in their first bytes; comparing those takes less time
 * than calling a native function.
 */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.byteLength, b.byteLength)
  for (let i = 0; i < shared; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.byteLength - b.byteLength
}

/** Compares `bytes[start, end)` with a key, as compareKeys() does, without making a subarray. */
export function compareSlice(bytes: Uint8Array, start: number, end: number, key: Uint8Array): number {
  const shared = Math.min(end - start, key.byteLength)
  for (let i = 0; i < shared; i++) {
    const difference = bytes[start + i]! - key[i]!
    if (difference !== 0) return difference
  }
  return end - start - key.byteLength
}

/** The smallest key after this one. */
export function successor(key: Uint8Array): Uint8Array {
  const next = b4a.alloc(key.byteLength + 1)
  next.set(key)
  return next
}

/** The length of the longest prefix that two keys share. */
export function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.byteLength, b.byteLength)
  let i = 0
  while (i < most && a[i] === b[i]) i++
  return i
}

/** The keys in `[start, end)`. */
export interface KeyRange {
  readonly start: Uint8Array
  readonly end: Uint8Array
}

/**
 * The items that touch a range: a slice of them. O(log n).
 * @param items  in order, disjoint
 */
export function overlapping<T>(items: readonly T[], bounds: (item: T) => KeyRange, { gte, lt }: Range): T[] {
  const from = gte === undefined ? 0 : firstOf(items, (item) => compareKeys(bounds(item).end, gte) > 0)
  const to =
    lt === undefined ? items.length : firstOf(items, (item) => compareKeys(bounds(item).start, lt) >= 0)
  return items.slice(from, to)
}

/** The index of the first item for which `isReached` is true; it must then be true for all later ones. */
function firstOf<T>(items: readonly T[], isReached: (item: T) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isReached(items[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}

/** Makes one list of several, such as the deleted ranges of several layers: in order, disjoint, none touching the next. */
export function uniteRanges(lists: Iterable<readonly KeyRange[]>): KeyRange[] {
  const all = Array.from(lists).flat()
  all.sort((a, b) => compareKeys(a.start, b.start))
  const united: KeyRange[] = []
  for (const range of all) {
    const last = united.at(-1)
    if (last === undefined || compareKeys(last.end, range.start) < 0) united.push(range)
    else if (compareKeys(last.end, range.end) < 0)
      united[united.length - 1] = { start: last.start, end: range.end }
  }
  return united
}

/** Cuts ranges in two at a key: what lies before it, and what lies at or after it. */
export function splitRanges(
  ranges: readonly KeyRange[],
  key: Uint8Array
): [before: KeyRange[], after: KeyRange[]] {
  const before: KeyRange[] = []
  const after: KeyRange[] = []
  for (const range of ranges) {
    if (compareKeys(range.end, key) <= 0) before.push(range)
    else if (compareKeys(range.start, key) >= 0) after.push(range)
    else {
      before.push({ start: range.start, end: key })
      after.push({ start: key, end: range.end })
    }
  }
  return [before, after]
}

/** The index of the first range that ends after `key`: the only one that may contain it. */
export function rangeIndex(ranges: readonly KeyRange[], key: Uint8Array): number {
  return firstOf(ranges, ({ end }) => compareKeys(end, key) > 0)
}

/** Writes the length of each bound as a varint, then its bytes. */
export function encodeRanges(ranges: readonly KeyRange[]): Uint8Array {
  const fields = new FieldWriter()
  for (const { start, end } of ranges) {
    fields.bytes(start)
    fields.bytes(end)
  }
  return fields.finish()
}

export function decodeRanges(bytes: Uint8Array): KeyRange[] {
  const fields = new FieldReader(bytes)
  const ranges: KeyRange[] = []
  while (fields.offset < bytes.byteLength)
    ranges.push({ start: fields.slice(fields.varint()), end: fields.slice(fields.varint()) })
  return ranges
}
