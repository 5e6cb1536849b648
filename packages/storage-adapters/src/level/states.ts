import type { Range, Tree } from '@manycore/kv'
import { BYTES, toLevelRange } from './database.js'
import type { LevelDatabase, LevelReadOptions, LevelSnapshot } from './database.js'
import { LevelView } from './state.js'
import type { LevelScan, LevelViews } from './state.js'

/** States of a database that has snapshots of its own. */
export class NativeViews implements LevelViews {
  readonly #db: LevelDatabase

  constructor(db: LevelDatabase) {
    this.#db = db
  }

  /** Each read of such a database is of one moment by itself. */
  latest(): LevelView {
    return new NativeView(this.#db)
  }

  snapshot(): LevelView {
    return new NativeView(this.#db, this.#db.snapshot!())
  }

  write(_changes: Tree<Uint8Array | null>, write: () => Promise<void>): Promise<void> {
    return write()
  }
}

class NativeView extends LevelView {
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

  scan(range: Range): LevelScan {
    const iterator = this.#db.iterator<Uint8Array, Uint8Array>({ ...toLevelRange(range), ...this.#options })
    return {
      next: async (max) => (await iterator.nextv(max)).map(([key, value]) => ({ key, value })),
      close: () => iterator.close()
    }
  }

  protected drop(): void {
    this.#options.snapshot?.close().catch(() => {}) // nobody waits for it, and db.close() tries again
  }
}
