import b4a from 'b4a'
import { compareKeys, overlapping } from '../bytes/keys.js'
import type { Cursor, Stored } from '../cursor/cursor.js'
import type { Source } from '../cursor/merge.js'
import type { Range } from '../engine.js'
import type { Segment } from './segment.js'

/**
 * A sorted run, that is disjoint segments in order (a level, or a single segment), as a layer of a merge. The cursor of a
 * segment is made when the run gets to that segment.
 * @param options  the same as for Segment.cursor()
 */
export function runSource(
  segments: readonly Segment[],
  range: Range,
  options?: { isLong?: boolean }
): Source {
  const touched = overlapping(segments, (segment) => segment.info, range)
  return {
    cursor: new RunCursor(touched, range, options),
    ranges: touched.flatMap((segment) => segment.ranges)
  }
}

class RunCursor implements Cursor {
  key: Uint8Array = b4a.alloc(0)
  value: Stored = null
  readonly #range: Range
  readonly #options: { isLong?: boolean } | undefined
  /** segments that come later; the next one is the last */
  readonly #waiting: Segment[]
  #current: Cursor | null = null
  #segment: Segment | null = null

  constructor(segments: readonly Segment[], range: Range, options?: { isLong?: boolean }) {
    this.#waiting = range.reverse ? segments.slice() : segments.toReversed()
    this.#range = range
    this.#options = options
  }

  next(): boolean {
    return this.#current !== null && this.#took(this.#current.next())
  }

  async load(): Promise<boolean> {
    for (;;) {
      if (this.#current !== null && this.#took(await this.#current.load())) return true
      this.#segment = this.#waiting.pop() ?? null
      this.#current = this.#segment?.cursor(this.#range, this.#options) ?? null
      if (this.#current === null) return false
    }
  }

  skip(to: Uint8Array): boolean {
    while (this.#waiting.length > 0 && this.#isBefore(this.#waiting.at(-1)!, to)) this.#waiting.pop()
    if (this.#segment !== null && this.#isBefore(this.#segment, to)) {
      this.#segment = null
      this.#current = null
    }
    return this.#current !== null && this.#took(this.#current.skip(to))
  }

  #isBefore({ info }: Segment, to: Uint8Array): boolean {
    return this.#range.reverse ? compareKeys(info.start, to) >= 0 : compareKeys(info.end, to) <= 0
  }

  #took(isThere: boolean): boolean {
    if (isThere) {
      this.key = this.#current!.key
      this.value = this.#current!.value
    }
    return isThere
  }
}
