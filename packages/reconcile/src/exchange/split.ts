import { LEAST_PARTS, LISTED_ITEMS, MOST_PARTS } from '../defaults.js'
import { boundBetween } from '../bytes/bounds.js'
import type { Bound, Span } from '../bytes/bounds.js'
import { isSame } from '../bytes/order.js'
import type { Tally } from '../tree/tally.js'
import type { Tree } from '../tree/tree.js'

/** A range and the fingerprint of what we have in it. */
interface Part extends Span {
  readonly fingerprint: Uint8Array
}

/** What is to be said of a range of which the other side has said a fingerprint. */
export type Narrowed =
  | { readonly as: 'same' }
  | { readonly as: 'items'; readonly items: Uint8Array }
  | { readonly as: 'parts'; readonly parts: readonly Part[] }

/**
 * Finds what to say of a range: nothing if the fingerprints are the same, all our items if they are few, and else the
 * fingerprints of parts that have the same number of our items each.
 * @param fingerprint  of the other side; null = it differs from ours
 * @param mostParts    at least 2
 */
export function narrow(tree: Tree, span: Span, fingerprint: Uint8Array | null, mostParts: number): Narrowed {
  const [start, end] = [tree.before(span.lo), tree.before(span.hi)]
  const tally = end.without(start)
  if (fingerprint && isSame(tree.hasher.range(tally), fingerprint)) return { as: 'same' }
  if (tally.count <= LISTED_ITEMS) return { as: 'items', items: itemsOf(tree, span) }
  return { as: 'parts', parts: split(tree, span, start, end, Math.min(mostParts, partsFor(tally.count))) }
}

/** About as many parts as there are parts of parts afterwards, so that a large range takes few messages. */
function partsFor(count: number): number {
  return Math.min(MOST_PARTS, Math.max(LEAST_PARTS, Math.ceil(Math.sqrt(count) / 2)))
}

function split(tree: Tree, { lo, hi }: Span, start: Tally, end: Tally, count: number): Part[] {
  const parts: Part[] = []
  let [from, before]: [Uint8Array, Tally] = [lo, start]
  for (let i = 1; i <= count; i++) {
    const rank = start.count + Math.floor((i * (end.count - start.count)) / count)
    const to: Bound = i === count ? hi : boundBetween(tree.idAt(rank - 1), tree.idAt(rank))
    const after = i === count ? end : tree.before(to)
    parts.push({ lo: from, hi: to, fingerprint: tree.hasher.range(after.without(before)) })
    if (to === null) break
    from = to
    before = after
  }
  return parts
}

/** All items of a range that has few, packed. */
function itemsOf(tree: Tree, span: Span): Uint8Array {
  const items = new Uint8Array(LISTED_ITEMS * tree.layout.itemBytes)
  let length = 0
  let rest: Span | null = span
  while (rest !== null) {
    const { items: some, next }: { items: Uint8Array; next: Bound } = tree.chunk(rest)
    items.set(some, length)
    length += some.byteLength
    rest = next && { lo: next, hi: rest.hi }
  }
  return items.subarray(0, length)
}
