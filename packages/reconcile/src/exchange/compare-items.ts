import { boundBetween } from '../bytes/bounds.js'
import type { Bound, Span } from '../bytes/bounds.js'
import { compare } from '../bytes/order.js'
import type { Chunk, Tree } from '../tree/tree.js'
import type { ItemsRange } from '../wire/ranges.js'
import type { Difference } from './difference.js'

/** How a list of the other side's items differs from ours. */
export interface Compared {
  readonly differences: Difference[]
  /** Items that the other side lacks or has in another version, packed. */
  readonly present: Uint8Array
  /** Ids of the other side that we lack, packed. */
  readonly absent: Uint8Array
  /** How far it is: the end of the range, or a bound in it if more would not fit; the start if nothing did. */
  readonly end: Bound
  /** The items of the other side from there on. */
  readonly rest: Uint8Array
}

/**
 * Compares all items that the other side has in a range with ours.
 * @param room  bytes that `present` and `absent` may have together
 */
export function compareItems(tree: Tree, range: ItemsRange, room: number): Compared {
  const { idBytes, itemBytes } = tree.layout
  const theirs = range.items
  const differences: Difference[] = []
  const present: Uint8Array[] = []
  const absent: Uint8Array[] = []
  const ours = itemsOf(tree, range)
  let our = next(ours)
  let [left, at] = [room, 0]
  let last: Uint8Array | null = null
  while (our !== null || at < theirs.byteLength) {
    const their = at < theirs.byteLength ? theirs.subarray(at, at + itemBytes) : null
    const order = our && their ? compareIds(our, their, idBytes) : our ? -1 : 1
    const [a, b] = [order <= 0 ? our : null, order >= 0 ? their : null]
    const id = (a ?? b)!.subarray(0, idBytes)
    const isDifferent = a === null || b === null || compare(a, idBytes, b, idBytes, itemBytes - idBytes) !== 0
    if (isDifferent) {
      left -= a ? itemBytes : idBytes
      if (left < 0) {
        const end = last ? boundBetween(last, id) : range.lo
        return {
          differences,
          present: joined(present),
          absent: joined(absent),
          end,
          rest: theirs.subarray(at)
        }
      }
      if (a) present.push(a)
      else absent.push(id)
      differences.push({ id: id.slice(), ours: a && a.slice(idBytes), theirs: b && b.slice(idBytes) })
    }
    last = id
    if (a) our = next(ours)
    if (b) at += itemBytes
  }
  const [end, rest] = [range.hi, theirs.subarray(at)]
  return { differences, present: joined(present), absent: joined(absent), end, rest }
}

function compareIds(a: Uint8Array, b: Uint8Array, idBytes: number): number {
  return compare(a, 0, b, 0, idBytes)
}

function next(items: Generator<Uint8Array, void, undefined>): Uint8Array | null {
  return items.next().value ?? null
}

function* itemsOf(tree: Tree, span: Span): Generator<Uint8Array, void, undefined> {
  const { itemBytes } = tree.layout
  let rest: Span | null = span
  while (rest !== null) {
    const { items, next }: Chunk = tree.chunk(rest)
    for (let at = 0; at < items.byteLength; at += itemBytes) yield items.subarray(at, at + itemBytes)
    rest = next && { lo: next, hi: rest.hi }
  }
}

function joined(arrays: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(arrays.reduce((length, { byteLength }) => length + byteLength, 0))
  let at = 0
  for (const array of arrays) {
    out.set(array, at)
    at += array.byteLength
  }
  return out
}
