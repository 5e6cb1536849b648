import { compare } from '../bytes/order.js'
import type { IndexStore } from '../store/index-store.js'
import type { StoreIterator } from '../store/ordered-store.js'
import type { Layout } from '../tree/layout.js'

/** Items that are given at once. */
const ITEMS = 1024

/** Goes over the items of one run, a block in memory at a time. */
class Run {
  block: Uint8Array = new Uint8Array(0)
  at = 0
  readonly #blocks: StoreIterator

  constructor(blocks: StoreIterator) {
    this.#blocks = blocks
  }

  /** @returns false at the end */
  async fill(): Promise<boolean> {
    const [entry] = await this.#blocks.next(1)
    if (!entry) return false
    this.block = entry.value
    this.at = 0
    return true
  }

  async close(): Promise<void> {
    await this.#blocks.close()
  }
}

/**
 * Merges the sorted runs in a store into one. There are few of them, so that the first item is found by looking at each.
 * @returns items in order, packed, some at once; of those with the same id only that of the last run
 */
export async function* mergeRuns(
  { store, keys }: IndexStore,
  count: number,
  { idBytes, itemBytes }: Layout
): AsyncGenerator<Uint8Array, void, undefined> {
  const all = Array.from(
    { length: count },
    (_, run) => new Run(store.iterator({ gte: keys.block(run, 0), lt: keys.block(run + 1, 0) }))
  )
  try {
    const filled = await Promise.all(all.map((run) => run.fill()))
    let runs = all.filter((_, i) => filled[i])
    let out = new Uint8Array(ITEMS * itemBytes)
    let length = 0
    while (runs.length > 0) {
      let first = runs[0]!
      for (const run of runs) if (compare(run.block, run.at, first.block, first.at, idBytes) <= 0) first = run
      out.set(first.block.subarray(first.at, first.at + itemBytes), length)
      for (const run of runs) {
        if (compare(run.block, run.at, out, length, idBytes) !== 0) continue
        run.at += itemBytes
        if (run.at === run.block.byteLength && !(await run.fill())) runs = runs.filter((each) => each !== run)
      }
      length += itemBytes
      if (length < out.byteLength) continue
      yield out
      out = new Uint8Array(ITEMS * itemBytes)
      length = 0
    }
    yield out.subarray(0, length)
  } finally {
    await Promise.all(all.map((run) => run.close()))
  }
}
