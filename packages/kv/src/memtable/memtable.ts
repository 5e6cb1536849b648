import b4a from 'b4a'
import { compareKeys, type KeyRange, successor } from '../bytes/keys.js'
import type { Cursor, Found, Stored } from '../cursor/cursor.js'
import type { Source } from '../cursor/merge.js'
import { ENTRY_OVERHEAD_BYTES } from '../defaults.js'
import type { Op, Range } from '../engine.js'
import { Tree } from '../kit/tree.js'

/** A memtable as its readers see it. */
export interface ReadonlyMemtable {
  get(key: Uint8Array): Found
  /** Points, in order; null = tombstone. */
  entries(range?: Range): Iterator<[Uint8Array, Uint8Array | null]>
  /** Deleted ranges: in order, disjoint. */
  ranges(): KeyRange[]
}

/** The newest layer of a log-structured merge tree, in memory: what its log holds and no segment does yet. */
export class Memtable implements ReadonlyMemtable {
  readonly #points: Tree<Uint8Array | null>
  /** start → end; disjoint */
  readonly #ranges: Tree<Uint8Array>
  #bytes = 0

  constructor(points: Tree<Uint8Array | null> = new Tree(), ranges: Tree<Uint8Array> = new Tree()) {
    this.#points = points
    this.#ranges = ranges
  }

  /** Keys, values and an estimate of what holds them. What a deleted range has removed still counts. */
  get bytes(): number {
    return this.#bytes
  }

  get isEmpty(): boolean {
    return this.#bytes === 0
  }

  get(key: Uint8Array): Found {
    const point = this.#points.get(key)
    return point === undefined && this.#isDeleted(key) ? null : point
  }

  entries(range?: Range): Iterator<[Uint8Array, Uint8Array | null]> {
    return this.#points.entries(range)
  }

  ranges(): KeyRange[] {
    return Array.from(this.#ranges.entries(), ([start, end]) => ({ start, end }))
  }

  /** The memtable as it is now; a later apply() does not change it. O(1) */
  snapshot(): ReadonlyMemtable {
    return new Memtable(this.#points.snapshot(), this.#ranges.snapshot())
  }

  /** Applies ops in order. Their buffers are kept, not copied. */
  apply(ops: readonly Op[]): void {
    for (const op of ops) {
      if (op.type === 'delRange') this.#deleteRange(op.start, op.end)
      else {
        const value = op.type === 'put' ? op.value : null
        const before = this.#points.set(op.key, value)
        this.#bytes += (value?.byteLength ?? 0) - (before?.byteLength ?? 0)
        if (before === undefined) this.#bytes += op.key.byteLength + ENTRY_OVERHEAD_BYTES
      }
    }
  }

  #deleteRange(start: Uint8Array, end: Uint8Array): void {
    if (compareKeys(start, end) >= 0) return
    this.#points.deleteRange(start, end)
    this.#bytes += start.byteLength + end.byteLength + ENTRY_OVERHEAD_BYTES

    // Join the ranges that it overlaps or touches.
    const before = this.#rangeBefore(start)
    let [from, to] = [start, end]
    if (before !== null && compareKeys(before[1], start) >= 0) {
      from = before[0]
      if (compareKeys(before[1], to) > 0) to = before[1]
    }
    for (const [, inner] of this.#ranges.snapshot().entries({ gte: from, lt: successor(end) })) {
      if (compareKeys(inner, to) > 0) to = inner
    }
    this.#ranges.deleteRange(from, successor(end))
    this.#ranges.set(from, to)
  }

  #isDeleted(key: Uint8Array): boolean {
    const range = this.#rangeBefore(key)
    return range !== null && compareKeys(key, range[1]) < 0
  }

  /** The last range that starts at or before the key. */
  #rangeBefore(key: Uint8Array): [Uint8Array, Uint8Array] | null {
    if (this.#ranges.isEmpty) return null
    const { value, done } = this.#ranges.entries({ lt: successor(key), reverse: true }).next()
    return done ? null : value!
  }
}

/** A memtable as a layer of a merge. It must not change meanwhile: take a snapshot. */
export function memtableSource(memtable: ReadonlyMemtable, range: Range): Source {
  return { cursor: new MemtableCursor(memtable, range), ranges: memtable.ranges() }
}

class MemtableCursor implements Cursor {
  key: Uint8Array = b4a.alloc(0)
  value: Stored = null
  readonly #memtable: ReadonlyMemtable
  readonly #range: Range
  #entries: Iterator<[Uint8Array, Uint8Array | null]>

  constructor(memtable: ReadonlyMemtable, range: Range) {
    this.#memtable = memtable
    this.#range = range
    this.#entries = memtable.entries(range)
  }

  next(): boolean {
    const { value, done } = this.#entries.next()
    if (done) return false
    this.key = value[0]
    this.value = value[1]
    return true
  }

  async load(): Promise<boolean> {
    return false
  }

  skip(to: Uint8Array): boolean {
    this.#entries = this.#memtable.entries(
      this.#range.reverse ? { ...this.#range, lt: to } : { ...this.#range, gte: to }
    )
    return this.next()
  }
}
