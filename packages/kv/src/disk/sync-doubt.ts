import { Queue } from '@manycore/ground'

interface Span {
  readonly start: number
  readonly end: number
}

/**
 * What the failed syncs of a file leave in doubt. A system that could not store what was written forgets that it should
 * have: the next sync says that all is well. Therefore a sync fails for as long as anything is in doubt, which is until it
 * has been written again, from its start on.
 */
export class SyncDoubt {
  /** since the last sync that succeeded */
  #written: Span | null = null
  /** what the sync that is running should store */
  #syncing: Span | null = null
  #doubtful: Span | null = null
  #cause: unknown = null
  #failures = 0
  readonly #syncs = new Queue()

  /** @param write  writes `[start, end)` */
  async write(start: number, end: number, write: () => Promise<void>): Promise<void> {
    const span = { start, end }
    const failures = this.#failures
    this.#written = union(this.#written, span) // even if the write fails half-way
    try {
      await write()
    } finally {
      this.#written = union(this.#written, span) // a sync that ran meanwhile may have been too early for it
    }
    if (failures === this.#failures) this.#doubtful = without(this.#doubtful, span)
  }

  /** The file was cut off: what lay beyond is no longer in doubt. */
  cut(size: number): void {
    this.#written = clip(this.#written, size)
    this.#syncing = clip(this.#syncing, size)
    this.#doubtful = clip(this.#doubtful, size)
  }

  /**
   * One sync at a time: if two run at once, the system may tell only one of them that it could not store something.
   * @param sync  stores what was written so far
   * @throws what this sync failed with, or one before it, or one that ran meanwhile
   */
  sync(sync: () => Promise<void>): Promise<void> {
    return this.#syncs.run(() => this.#sync(sync))
  }

  /** A sync failed that should have stored this file too. */
  fail(cause: unknown): void {
    this.#doubtful = union(this.#doubtful, union(this.#syncing, this.#written))
    this.#written = null
    this.#cause = cause
    this.#failures++
  }

  async #sync(sync: () => Promise<void>): Promise<void> {
    if (this.#doubtful !== null) throw this.#cause
    const failures = this.#failures
    this.#syncing = this.#written
    this.#written = null
    try {
      await sync()
      if (this.#failures !== failures) throw this.#cause
    } catch (err) {
      this.fail(err)
      throw err
    } finally {
      this.#syncing = null
    }
  }
}

function union(a: Span | null, b: Span | null): Span | null {
  if (a === null || b === null) return a ?? b
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) }
}

/** What is left of a span if its start was written again. */
function without(span: Span | null, { start, end }: Span): Span | null {
  if (span === null || start > span.start || end <= span.start) return span
  return end >= span.end ? null : { start: end, end: span.end }
}

function clip(span: Span | null, size: number): Span | null {
  return span === null || span.start >= size ? null : { start: span.start, end: Math.min(span.end, size) }
}
