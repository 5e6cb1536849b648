import { Queue } from '@manycore/ground'
import b4a from 'b4a'
import type { Cursor, ValuePointer } from '../cursor/cursor.js'
import type { EngineSnapshot, Entry, Range } from '../engine.js'
import { EngineError } from '../errors.js'
import type { Store } from './store.js'
import { type Layers, layersCursor } from './version.js'

/** A state that is held: a snapshot, or what an iterator goes over. */
export class StoreSnapshot implements EngineSnapshot {
  readonly #store: Store
  readonly #open: Set<StoreSnapshot>
  #layers: Layers | null
  #cursor: Cursor | null = null
  readonly #queue = new Queue()

  /**
   * @param layers  their version is held for this snapshot, which releases it
   * @param open    the snapshots that are open: this one adds and removes itself
   */
  constructor(store: Store, layers: Layers, open: Set<StoreSnapshot>) {
    this.#store = store
    this.#layers = layers
    this.#open = open.add(this)
  }

  /** @throws ENGINE_CLOSED */
  get layers(): Layers {
    if (this.#layers === null) throw new EngineError('ENGINE_CLOSED', 'the snapshot is closed')
    return this.#layers
  }

  /** The next entries of a range, which must be the same in every call. Calls are carried out one at a time. */
  next(range: Range, max: number): Promise<Entry[]> {
    return this.#queue.run(() => this.#take(range, max))
  }

  close(): void {
    const layers = this.#layers
    if (layers === null) return
    this.#layers = null
    this.#open.delete(this)
    void this.#queue.run(async () => layers.version.release())
  }

  async #take(range: Range, max: number): Promise<Entry[]> {
    if (this.#layers === null) return []
    this.#cursor ??= layersCursor(this.#layers, range)
    return takeEntries(this.#cursor, max, (pointer) => this.#store.readValue(pointer))
  }
}

/** The next entries of a cursor that gives no tombstones, as fresh copies. */
async function takeEntries(
  cursor: Cursor,
  max: number,
  readValue: (pointer: ValuePointer) => Promise<Uint8Array>
): Promise<Entry[]> {
  const taken: (Entry | Promise<Entry>)[] = []
  while (taken.length < max && (cursor.next() || (await cursor.load()))) {
    const key = b4a.from(cursor.key)
    const value = cursor.value!
    if (value instanceof Uint8Array) taken.push({ key, value: b4a.from(value) })
    else taken.push(readValue(value).then((read) => ({ key, value: read })))
  }
  return Promise.all(taken)
}
