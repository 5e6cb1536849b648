import type { Entry, Range, Tree } from '@manycore/kv'

/** A state of a database, for as long as somebody holds it. */
export abstract class LevelView {
  #holders = 1

  hold(): this {
    this.#holders++
    return this
  }

  release(): void {
    if (--this.#holders === 0) this.drop()
  }

  /** @returns what the database gives: not a copy of ours, undefined = absent */
  abstract getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>

  abstract scan(range: Range): LevelScan

  /** Called once, when nobody holds it any more. */
  protected abstract drop(): void
}

/** The entries of a range, in order. */
export interface LevelScan {
  /** @returns 1 to `max` entries, not copies; an empty array = the end */
  next(max: number): Promise<Entry[]>
  close(): Promise<void>
}

/** Where the states of a database come from. */
export interface LevelViews {
  /** The state of now, for one read or iterator. */
  latest(): LevelView
  /** The state of now, for as long as wanted. */
  snapshot(): LevelView
  /**
   * Writes, while the states that are held stay what they are.
   * @param changes  null = deleted
   */
  write(changes: Tree<Uint8Array | null>, write: () => Promise<void>): Promise<void>
}
