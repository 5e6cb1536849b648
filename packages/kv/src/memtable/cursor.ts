import b4a from 'b4a'
import type { Cursor, Stored } from '../cursor/cursor.js'
import type { Source } from '../cursor/merge.js'
import type { Range } from '../engine.js'
import type { ReadonlyMemtable } from './memtable.js'

/** A memtable as a layer of a merge. The view must not change meanwhile: take a snapshot. */
export function memtableSource(view: ReadonlyMemtable, range: Range): Source {
  return { cursor: new MemtableCursor(view, range), ranges: view.ranges() }
}

class MemtableCursor implements Cursor {
  key: Uint8Array = b4a.alloc(0)
  value: Stored = null
  readonly #view: ReadonlyMemtable
  readonly #range: Range
  #entries: Iterator<[Uint8Array, Uint8Array | null]>

  constructor(view: ReadonlyMemtable, range: Range) {
    this.#view = view
    this.#range = range
    this.#entries = view.entries(range)
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
    this.#entries = this.#view.entries(
      this.#range.reverse ? { ...this.#range, lt: to } : { ...this.#range, gte: to }
    )
    return this.next()
  }
}
