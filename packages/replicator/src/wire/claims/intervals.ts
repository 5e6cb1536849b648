/** A half-open range of blocks, [start, end). */
export interface Interval {
  readonly start: number
  readonly end: number
}

/** How many intervals several sets take. */
export interface Total {
  count: number
}

/**
 * A set of block numbers, kept as intervals that neither overlap nor touch: 16 bytes for each. What is added or removed
 * costs a binary search, and the moving of what lies behind.
 */
export class Intervals {
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  readonly #total: Total

  /** @param total  counts those of several sets */
  constructor(total: Total = { count: 0 }) {
    this.#total = total
  }

  /** How many intervals it takes. */
  get size(): number {
    return this.#starts.length
  }

  /** The end of the last one; 0 = there is none. */
  get end(): number {
    return this.#ends.at(-1) ?? 0
  }

  has(block: number): boolean {
    const at = this.#firstEndingAfter(block)
    return at < this.size && this.#starts[at]! <= block
  }

  /** Adds [start, end). */
  add(start: number, end: number): void {
    if (start >= end) return
    const first = this.#firstEndingAfter(start - 1) // one that ends at `start` touches it
    const next = this.#firstStartingAfter(end)
    const from = first < next ? Math.min(start, this.#starts[first]!) : start
    const to = first < next ? Math.max(end, this.#ends[next - 1]!) : end
    this.#replace(first, next, [from], [to])
  }

  /** Removes [start, end), and what is left of an interval on either side stays. */
  remove(start: number, end: number): void {
    if (start >= end) return
    const first = this.#firstEndingAfter(start)
    const next = this.#firstStartingAfter(end - 1)
    if (first >= next) return
    const [starts, ends]: [number[], number[]] = [[], []]
    if (this.#starts[first]! < start) {
      starts.push(this.#starts[first]!)
      ends.push(start)
    }
    if (this.#ends[next - 1]! > end) {
      starts.push(end)
      ends.push(this.#ends[next - 1]!)
    }
    this.#replace(first, next, starts, ends)
  }

  /** Removes what is below `end`. @returns what that was, in order */
  takeBelow(end: number): Interval[] {
    const next = this.#firstStartingAfter(end - 1)
    const taken = Array.from({ length: next }, (_, i) => ({
      start: this.#starts[i]!,
      end: Math.min(this.#ends[i]!, end)
    }))
    this.remove(0, end)
    return taken
  }

  #replace(first: number, next: number, starts: number[], ends: number[]): void {
    this.#total.count += starts.length - (next - first)
    this.#starts.splice(first, next - first, ...starts)
    this.#ends.splice(first, next - first, ...ends)
  }

  #firstEndingAfter(block: number): number {
    return firstAbove(this.#ends, block)
  }

  #firstStartingAfter(block: number): number {
    return firstAbove(this.#starts, block)
  }
}

/** @returns the place of the first number above `least` in a sorted list; its length = there is none */
function firstAbove(sorted: readonly number[], least: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! > least) high = middle
    else low = middle + 1
  }
  return low
}

/** [start, end), cut at the multiples of `size`. */
export function* pieces(start: number, end: number, size: number): Generator<Interval, void> {
  for (let from = start; from < end;) {
    const to = Math.min(end, (Math.floor(from / size) + 1) * size)
    yield { start: from, end: to }
    from = to
  }
}
