import { compare } from '../bytes/order.js'

/** A position fits into the bits that four bytes of an id leave of a double. */
const POSITION_BITS = 21

/** Items that can be sorted at once. */
export const MOST_SORTED: number = 2 ** POSITION_BITS

/**
 * Sorts packed items by id.
 * @param items    of `count` items of `itemBytes` each; not changed
 * @param idBytes  the first bytes of an item, by which it is sorted; at least 4
 * @returns        the positions of the items, in order; of those with the same id only the last
 */
export function sortItems(items: Uint8Array, count: number, itemBytes: number, idBytes: number): Uint32Array {
  // The first four bytes and the position in one double: typed arrays of numbers are sorted without a function.
  const keys = new Float64Array(count)
  for (let i = 0; i < count; i++) keys[i] = firstOf(items, i * itemBytes) * MOST_SORTED + i
  keys.sort()
  const order = new Uint32Array(count)
  for (let i = 0; i < count; i++) order[i] = keys[i]! % MOST_SORTED

  const byId = (a: number, b: number) => compare(items, a * itemBytes, items, b * itemBytes, idBytes) || a - b
  for (let start = 0, end = 1; start < count; start = end++) {
    const first = firstOf(items, order[start]! * itemBytes)
    while (end < count && firstOf(items, order[end]! * itemBytes) === first) end++
    if (end - start > 1) order.subarray(start, end).sort(byId)
  }
  return order.subarray(
    0,
    dropRepeated(order, (a, b) => compare(items, a * itemBytes, items, b * itemBytes, idBytes) === 0)
  )
}

/** Moves the last of each group of the same to the front. @returns how many there are */
function dropRepeated(order: Uint32Array, isSame: (a: number, b: number) => boolean): number {
  let kept = 0
  for (const [i, position] of order.entries()) {
    if (kept > 0 && isSame(order[kept - 1]!, position)) kept--
    order[kept++] = order[i]!
  }
  return kept
}

function firstOf(items: Uint8Array, at: number): number {
  return ((items[at]! << 24) | (items[at + 1]! << 16) | (items[at + 2]! << 8) | items[at + 3]!) >>> 0
}
