import type { Cursor } from '../cursor/cursor.js'
import type { EngineSnapshot, Entry, Range } from '../engine.js'
import { EngineError } from '../errors.js'
import { layersCursor, takeEntries } from './layers.js'
import type { Layers, Store } from './store.js'

/** A state that is held: a snapshot, or what an iterator goes over. */
export class View implements EngineSnapshot {
  readonly #store: Store
  readonly #open: Set<View>
  #layers: Layers | null
  #cursor: Cursor | null = null
  #last: Promise<unknown> = Promise.resolve()

  /**
   * @param layers  whose version is held for this view
   * @param open    the views that are open; it adds and removes itself
   */
  constructor(store: Store, layers: Layers, open: Set<View>) {
    this.#store = store
    this.#layers = layers
    this.#open = open.add(this)
  }

  /** @throws ENGINE_CLOSED */
  get layers(): Layers {
    if (this.#layers === null) throw new EngineError('ENGINE_CLOSED', 'a read at a snapshot that is closed')
    return this.#layers
  }

  /** The next entries of a range, which is the same in every call; one call at a time. */
  next(range: Range, max: number): Promise<Entry[]> {
    const taking = this.#last.then(() => this.#take(range, max))
    this.#last = taking.catch(() => {}) // told to its caller
    return taking
  }

  close(): void {
    const layers = this.#layers
    if (layers === null) return
    this.#layers = null
    this.#open.delete(this)
    void this.#last.then(() => layers.version.release())
  }

  async #take(range: Range, max: number): Promise<Entry[]> {
    if (this.#layers === null) return []
    this.#cursor ??= layersCursor(this.#layers, range)
    return takeEntries(this.#cursor, max, (pointer) => this.#store.readValue(pointer))
  }
}
