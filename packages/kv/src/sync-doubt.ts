interface Span {
  readonly start: number
  readonly end: number
}

/**
 * What the failed syncs of a file leave in doubt. A system that could not store what was written forgets that it
 * should: the next sync says that all is well. So a sync fails for as long as something is in doubt, which is until
 * it has been written again, all of it at once.
 */
export class SyncDoubt {
  /** since the last sync that went well */
  #written: Span | null = null
  #doubtful: Span | null = null
  #cause: unknown = null

  /** @param write  writes `[start, end)` */
  async write(start: number, end: number, write: () => Promise<void>): Promise<void> {
    this.#written = union(this.#written, { start, end }) // even if it fails half-way
    await write()
    const doubtful = this.#doubtful
    if (doubtful !== null && start <= doubtful.start && end >= doubtful.end) this.#doubtful = null
  }

  /** What lay beyond is gone, so it is in doubt no more. */
  cut(size: number): void {
    this.#written = clip(this.#written, size)
    this.#doubtful = clip(this.#doubtful, size)
  }

  /** @param sync  stores what was written so far @throws what it failed with, now or earlier */
  async sync(sync: () => Promise<void>): Promise<void> {
    if (this.#doubtful !== null) throw this.#cause
    const written = this.#written
    this.#written = null
    try {
      await sync()
    } catch (err) {
      this.#written = union(this.#written, written)
      this.fail(err)
      throw err
    }
  }

  /** A sync failed that was to store this too. */
  fail(cause: unknown): void {
    this.#doubtful = union(this.#doubtful, this.#written)
    this.#written = null
    this.#cause = cause
  }
}

function union(a: Span | null, b: Span | null): Span | null {
  if (a === null || b === null) return a ?? b
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) }
}

function clip(span: Span | null, size: number): Span | null {
  return span === null || span.start >= size ? null : { start: span.start, end: Math.min(span.end, size) }
}
