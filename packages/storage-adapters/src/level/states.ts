import type { Entry, Range, Tree } from '@manycore/kv'
import { BYTES, toLevelRange } from './database.js'
import type { LevelDatabase, LevelReadOptions, LevelSnapshot } from './database.js'

/** One state of a database, for as long as somebody holds it. */
export abstract class LevelState {
  #holders = 1

  hold(): this {
    this.#holders++
    return this
  }

  release(): void {
    if (--this.#holders === 0) this.drop()
  }

  /** @returns one value per key, not copied; undefined = absent */
  abstract getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>

  abstract scan(range: Range): StateScan

  /** Called once, when nobody holds the state any more. */
  protected abstract drop(): void
}

/** The entries of a range, in order. */
export interface StateScan {
  /** @returns 1 to `max` entries, not copied; an empty array = the end */
  next(max: number): Promise<Entry[]>
  close(): Promise<void>
}

/** Gives the states of a database. */
export interface LevelStates {
  /** The present state, for one read or iterator. */
  latest(): LevelState
  /** The present state, for as long as it is held. */
  snapshot(): LevelState
  /**
   * Writes; the states that are held stay as they are.
   * @param changes  the new values; null = deleted
   */
  write(changes: Tree<Uint8Array | null>, write: () => Promise<void>): Promise<void>
}

/** States of a database with snapshots of its own. */
export class NativeStates implements LevelStates {
  readonly #db: LevelDatabase

  constructor(db: LevelDatabase) {
    this.#db = db
  }

  /** Needs no snapshot, because every read of such a database shows one moment. */
  latest(): LevelState {
    return new NativeState(this.#db)
  }

  snapshot(): LevelState {
    return new NativeState(this.#db, this.#db.snapshot!())
  }

  write(_changes: Tree<Uint8Array | null>, write: () => Promise<void>): Promise<void> {
    return write()
  }
}

class NativeState extends LevelState {
  readonly #db: LevelDatabase
  readonly #options: LevelReadOptions

  constructor(db: LevelDatabase, snapshot?: LevelSnapshot) {
    super()
    this.#db = db
    this.#options = snapshot === undefined ? BYTES : { ...BYTES, snapshot }
  }

  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#db.getMany<Uint8Array, Uint8Array>(keys.slice(), this.#options)
  }

  scan(range: Range): StateScan {
    const iterator = this.#db.iterator<Uint8Array, Uint8Array>({ ...toLevelRange(range), ...this.#options })
    return {
      next: async (max) => (await iterator.nextv(max)).map(([key, value]) => ({ key, value })),
      close: () => iterator.close()
    }
  }

  protected drop(): void {
    this.#options.snapshot?.close().catch(() => {}) // nobody waits for this, and db.close() tries again
  }
}
