import { BATCH_BYTES } from '../defaults.js'
import type { IndexStore } from '../store/index-store.js'
import type { StoreOp } from '../store/ordered-store.js'
import type { Layout } from '../tree/layout.js'
import { mergeRuns } from './merge-runs.js'
import { MOST_SORTED, sortItems } from './sort-items.js'

/** Bytes of items that are given at once, and that a stored block has. */
const BLOCK_BYTES = 64 * 1024

const FIRST_BYTES = 64 * 1024

/**
 * Puts items in order that come in any. What does not fit into memory is written to the store in sorted runs, which are then
 * merged; without a store everything has to fit.
 */
export class ItemSorter {
  readonly #layout: Layout
  readonly #store: IndexStore | null
  readonly #most: number
  #items = new Uint8Array(FIRST_BYTES)
  #count = 0
  #runs = 0

  constructor(layout: Layout, store: IndexStore | null, sortBytes: number) {
    this.#layout = layout
    this.#store = store
    this.#most = store
      ? Math.max(1, Math.min(MOST_SORTED, Math.floor(sortBytes / layout.itemBytes)))
      : MOST_SORTED
  }

  /** Whether `spill()` has to come before the next `add()`. */
  get isFull(): boolean {
    return this.#count >= this.#most
  }

  add(id: Uint8Array, version: Uint8Array): void {
    const at = this.#count * this.#layout.itemBytes
    if (at + this.#layout.itemBytes > this.#items.byteLength) this.#grow()
    this.#items.set(id, at)
    this.#items.set(version, at + this.#layout.idBytes)
    this.#count++
  }

  /** Writes what is in memory to the store, as a run. */
  async spill(): Promise<void> {
    const { store, keys } = this.#store!
    const run = this.#runs++
    let ops: StoreOp[] = []
    let block = 0
    for (const value of this.#blocks()) {
      ops.push({ type: 'put', key: keys.block(run, block++), value })
      if (ops.length * BLOCK_BYTES < BATCH_BYTES) continue
      await store.batch(ops)
      ops = []
    }
    await store.batch(ops)
    this.#count = 0
  }

  /** All items in order, packed, some at once; of those with the same id only the last that was added. */
  async *sorted(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#runs === 0) {
      yield* this.#blocks()
      return
    }
    if (this.#count > 0) await this.spill()
    this.#items = new Uint8Array(0)
    yield* mergeRuns(this.#store!, this.#runs, this.#layout)
  }

  *#blocks(): Generator<Uint8Array, void, undefined> {
    const { itemBytes, idBytes } = this.#layout
    const order = sortItems(this.#items, this.#count, itemBytes, idBytes)
    const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / itemBytes))
    for (let from = 0; from < order.length; from += perBlock) {
      const positions = order.subarray(from, from + perBlock)
      const block = new Uint8Array(positions.length * itemBytes)
      for (const [i, position] of positions.entries())
        block.set(this.#items.subarray(position * itemBytes, (position + 1) * itemBytes), i * itemBytes)
      yield block
    }
  }

  #grow(): void {
    const items = new Uint8Array(2 * this.#items.byteLength)
    items.set(this.#items)
    this.#items = items
  }
}
