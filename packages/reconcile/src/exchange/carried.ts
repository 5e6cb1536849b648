import { CARRIED_RANGES } from '../defaults.js'
import { ReconcileError } from '../errors.js'
import { compareBounds } from '../bytes/bounds.js'
import type { Span } from '../bytes/bounds.js'
import { compareBytes } from '../bytes/order.js'
import { FINGERPRINT, ITEMS } from '../wire/ranges.js'
import type { Demand, ItemsRange, WireRange } from '../wire/ranges.js'
import { invalid } from '../wire/frame-reader.js'

/** A range that differs, of which no more is known. */
export interface OpenRange extends Span {
  readonly mode: null
}

/** What is to be answered. */
export type Pending = Demand | OpenRange

/** Bytes of lists that are kept; of further ranges only their bounds are. */
const LIST_BYTES = 1024 * 1024

/**
 * What the other side has asked and could not be answered in the frame it should have been: in order, for later frames.
 * Bounded: neighbours are put together if they are many, and if there are still too many, the exchange is over.
 */
export class Carried {
  #ranges: Pending[] = []
  #listBytes = 0

  get isEmpty(): boolean {
    return this.#ranges.length === 0
  }

  /** Where the first one begins. */
  get start(): Uint8Array | null {
    return this.#ranges[0]?.lo ?? null
  }

  /**
   * Takes everything out, in one order with the ranges of a frame.
   * @throws FRAME_INVALID if the frame has a range that waits for our answer
   */
  mergeInto(ranges: readonly WireRange[]): (Pending | WireRange)[] {
    const all = [...this.#ranges, ...ranges].toSorted((a, b) => compareBytes(a.lo, b.lo))
    for (const [i, { lo }] of all.entries()) {
      const before = all[i - 1]
      if (before && compareBounds(before.hi, lo) > 0)
        throw invalid('a range overlaps one that waits for an answer')
    }
    this.#ranges = []
    this.#listBytes = 0
    return all
  }

  /** Adds a range that is behind all others. @throws WORK_REFUSED */
  add(range: Pending): void {
    this.#ranges.push(range.mode === ITEMS ? this.#kept(range) : kept(range))
    if (this.#ranges.length <= CARRIED_RANGES) return
    this.#ranges = joinNeighbours(this.#ranges)
    if (this.#ranges.length > CARRIED_RANGES / 2)
      throw new ReconcileError('WORK_REFUSED', `more than ${CARRIED_RANGES} ranges would have to wait`)
  }

  /** A copy that does not keep the whole frame. */
  #kept({ mode, lo, hi, items }: ItemsRange): Pending {
    if (this.#listBytes + items.byteLength > LIST_BYTES) return { mode: null, lo, hi }
    this.#listBytes += items.byteLength
    return { mode, lo, hi, items: items.slice() }
  }
}

function kept<T extends Pending>(range: T): T {
  return range.mode === FINGERPRINT ? { ...range, fingerprint: range.fingerprint.slice() } : range
}

function joinNeighbours(ranges: readonly Pending[]): Pending[] {
  const joined: Pending[] = []
  for (const range of ranges) {
    const last = joined.at(-1)
    if (last && compareBounds(last.hi, range.lo) === 0)
      joined[joined.length - 1] = { mode: null, lo: last.lo, hi: range.hi }
    else joined.push(range)
  }
  return joined
}
