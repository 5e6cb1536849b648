interface Waiting {
  /** What its stream has been given so far. */
  readonly given: number
  start(): void
}

/** So many pieces of work at a time. Of those that wait, that of the stream is next that has been given the least. */
export class Slots {
  #free: number
  readonly #waiting = new Set<Waiting>()

  constructor(count: number) {
    this.#free = count
  }

  /**
   * Does a piece of work once there is a slot. A stream that has several wait has them done in any order.
   * @param given  what its stream has been given
   */
  async do(given: number, work: () => Promise<void>): Promise<void> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((start) => this.#waiting.add({ given, start }))
    try {
      await work()
    } finally {
      this.#next()
    }
  }

  #next(): void {
    let next: Waiting | null = null
    for (const each of this.#waiting) if (next === null || each.given < next.given) next = each
    if (next === null) this.#free++
    else {
      this.#waiting.delete(next)
      next.start()
    }
  }
}
