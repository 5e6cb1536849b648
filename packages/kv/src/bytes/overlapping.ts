import { compareKeys } from './compare-keys.js'
import type { Range } from '../engine.js'

/** Keys in `[start, end)`. */
export interface Bounds {
  readonly start: Uint8Array
  readonly end: Uint8Array
}

/**
 * Those that touch a range: a slice, O(log n).
 * @param items  in order, disjoint
 */
export function overlapping<T>(items: readonly T[], bounds: (item: T) => Bounds, { gte, lt }: Range): T[] {
  const from = gte === undefined ? 0 : firstOf(items, (item) => compareKeys(bounds(item).end, gte) > 0)
  const to =
    lt === undefined ? items.length : firstOf(items, (item) => compareKeys(bounds(item).start, lt) >= 0)
  return items.slice(from, to)
}

/** The index of the first item of which `isReached` holds, which then holds of all after it. */
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
