import { compareKeys } from './compare-keys.js'
import { FieldWriter } from './fields.js'
import type { DeletedRange } from '../memtable/memtable.js'
import { FieldReader } from './varint.js'

/** Deleted ranges of several layers as one list: in order, disjoint, none touching the next. */
export function uniteRanges(lists: Iterable<readonly DeletedRange[]>): DeletedRange[] {
  const all = Array.from(lists).flat()
  all.sort((a, b) => compareKeys(a.start, b.start))
  const united: DeletedRange[] = []
  for (const range of all) {
    const last = united.at(-1)
    if (last === undefined || compareKeys(last.end, range.start) < 0) united.push(range)
    else if (compareKeys(last.end, range.end) < 0)
      united[united.length - 1] = { start: last.start, end: range.end }
  }
  return united
}

/** What lies before `key`, and what at or after it. */
export function splitRanges(
  ranges: readonly DeletedRange[],
  key: Uint8Array
): [before: DeletedRange[], after: DeletedRange[]] {
  const before: DeletedRange[] = []
  const after: DeletedRange[] = []
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

/** The index of the first range that ends after `key`: the only one that may hold it. */
export function rangeIndex(ranges: readonly DeletedRange[], key: Uint8Array): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys(ranges[middle]!.end, key) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Each bound: its length as a varint, then its bytes. */
export function encodeRanges(ranges: readonly DeletedRange[]): Uint8Array {
  const fields = new FieldWriter()
  for (const { start, end } of ranges) {
    fields.bytes(start)
    fields.bytes(end)
  }
  return fields.finish()
}

export function decodeRanges(bytes: Uint8Array): DeletedRange[] {
  const fields = new FieldReader(bytes)
  const ranges: DeletedRange[] = []
  while (fields.offset < bytes.byteLength)
    ranges.push({ start: fields.slice(fields.varint()), end: fields.slice(fields.varint()) })
  return ranges
}
