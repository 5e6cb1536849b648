/** Several units in a row. */
export interface Extent {
  readonly start: number
  readonly count: number
}

/** Knows which units of a file are free: those between the used ones, and all after them. */
export class Space {
  /** in order, none touching the next */
  #free: Extent[] = []
  /** the unit after the last used one */
  #end: number

  /** @param first  the first unit that can be given @param used  no unit twice */
  constructor(first: number, used: readonly Extent[]) {
    this.#end = first
    for (const { start, count } of used.toSorted((a, b) => a.start - b.start)) {
      if (start > this.#end) this.#free.push({ start: this.#end, count: start - this.#end })
      this.#end = start + count
    }
  }

  /** Takes the first place with enough room. O(free extents) */
  take(count: number): Extent {
    const at = this.#free.findIndex((extent) => extent.count >= count)
    if (at === -1) {
      this.#end += count
      return { start: this.#end - count, count }
    }
    const { start, count: room } = this.#free[at]!
    if (room === count) this.#free.splice(at, 1)
    else this.#free[at] = { start: start + count, count: room - count }
    return { start, count }
  }

  give(extents: readonly Extent[]): void {
    const all = [...this.#free, ...extents].toSorted((a, b) => a.start - b.start)
    this.#free = []
    for (const extent of all) {
      const last = this.#free.at(-1)
      if (last !== undefined && last.start + last.count === extent.start)
        this.#free[this.#free.length - 1] = { start: last.start, count: last.count + extent.count }
      else this.#free.push(extent)
    }
  }
}
