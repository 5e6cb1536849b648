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
type Narrowed =
  | { readonly as: 'same' }
  | { readonly as: 'items'; readonly items: Uint8Array }
  | { readonly as: 'parts'; readonly parts: readonly Part[] }

/**
 * Finds what to say of a range: nothing if the fingerprints are the same, all our items if they are few, and else the
 * fingerprints of parts that have the same number of our items each.
 *
 * Where nodes have to be read, `run()` is called again and again. It goes on where it was, unless the tree has changed.
 */
export class Narrowing {
  readonly #span: Span
  readonly #fingerprint: Uint8Array | null
  readonly #mostParts: number
  #revision = -1
  #bounds: { readonly start: Tally; readonly end: Tally } | null = null
  #parts: Part[] = []
  /** What is before the end of the last part. */
  #before: Tally | null = null

  /**
   * @param fingerprint  of the other side; null = it differs from ours
   * @param mostParts    at least 2
   */
  constructor(span: Span, fingerprint: Uint8Array | null, mostParts: number) {
    this.#span = span
    this.#fingerprint = fingerprint
    this.#mostParts = mostParts
  }

  run(tree: Tree): Narrowed {
    if (this.#revision !== tree.table.revision) this.#startAnew(tree.table.revision)
    const { lo, hi } = this.#span
    this.#bounds ??= { start: tree.before(lo), end: tree.before(hi) }
    const { start, end } = this.#bounds
    const tally = end.without(start)
    if (this.#fingerprint && isSame(tree.hasher.range(tally), this.#fingerprint)) return { as: 'same' }
    if (tally.count <= LISTED_ITEMS) return { as: 'items', items: itemsOf(tree, this.#span) }
    const count = Math.min(this.#mostParts, partsFor(tally.count))
    while (this.#parts.length < count) this.#split(tree, start, end, count)
    return { as: 'parts', parts: this.#parts }
  }

  #startAnew(revision: number): void {
    this.#revision = revision
    this.#bounds = null
    this.#parts = []
    this.#before = null
  }

  /** Adds one part. */
  #split(tree: Tree, start: Tally, end: Tally, count: number): void {
    const i = this.#parts.length + 1
    const rank = start.count + Math.floor((i * (end.count - start.count)) / count)
    const hi: Bound = i === count ? this.#span.hi : boundBetween(tree.idAt(rank - 1), tree.idAt(rank))
    const after = i === count ? end : tree.before(hi)
    const lo = this.#parts.at(-1)?.hi ?? this.#span.lo
    this.#parts.push({ lo, hi, fingerprint: tree.hasher.range(after.without(this.#before ?? start)) })
    this.#before = after
  }
}

/** About as many parts as there are parts of parts afterwards, so that a large range takes few messages. */
function partsFor(count: number): number {
  return Math.min(MOST_PARTS, Math.max(LEAST_PARTS, Math.ceil(Math.sqrt(count) / 2)))
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
