import b4a from 'b4a'
import type { OrderedStore, StoreOp } from '@manycore/reconcile'
import { KEPT_INDEXES } from '../defaults.js'

const TABLE = 0
const INDEXES = 1
const NAME_BYTES = 8

/**
 * The indexes of peers that are kept in a store, each under a prefix of its own, and when they were used last. Of more than
 * `KEPT_INDEXES` those are dropped that were not used for longest.
 */
export class KeptIndexes {
  readonly #store: OrderedStore
  readonly #prefix: Uint8Array
  /** By hex of the name: the number of its last use. */
  #uses: Promise<Map<string, number>> | null = null

  constructor(store: OrderedStore, prefix: Uint8Array) {
    this.#store = store
    this.#prefix = prefix
  }

  /** What the keys begin with of the index of a pair of peers. @param secret  32 bytes that only they have */
  prefixOf(secret: Uint8Array): Uint8Array {
    return this.#key(INDEXES, secret.subarray(0, NAME_BYTES))
  }

  /** Notes that an index is used, and drops those that are too many. @param isUsed  whether one is used at the moment, by its hex */
  async use(secret: Uint8Array, isUsed: (name: string) => boolean): Promise<void> {
    const uses = await (this.#uses ??= this.#read())
    const name = nameOf(secret)
    const number = Math.max(0, ...uses.values()) + 1
    uses.set(name, number)
    const ops = [this.#put(name, number)]
    const unused = [...uses]
      .filter(([each]) => !isUsed(each) && each !== name)
      .toSorted(([, a], [, b]) => a - b)
    const dropped = unused.slice(0, Math.max(0, uses.size - KEPT_INDEXES))
    for (const [each] of dropped) ops.push(...this.#drop(each))
    await this.#store.batch(ops)
    // Now, for what could not be dropped is tried again; what is used again meanwhile stays.
    for (const [each, last] of dropped) if (uses.get(each) === last) uses.delete(each)
  }

  /** Deletes what is stored of an index. */
  async drop(secret: Uint8Array): Promise<void> {
    const uses = await this.#uses
    uses?.delete(nameOf(secret))
    await this.#store.batch(this.#drop(nameOf(secret)))
  }

  async #read(): Promise<Map<string, number>> {
    const uses = new Map<string, number>()
    const range = { gte: this.#key(TABLE, []), lt: this.#key(TABLE + 1, []) }
    const iterator = this.#store.iterator(range)
    try {
      for (;;) {
        const entries = await iterator.next(KEPT_INDEXES)
        if (entries.length === 0) return uses
        for (const { key, value } of entries) {
          const name = b4a.toString(key.subarray(this.#prefix.byteLength + 1), 'hex')
          uses.set(name, Number(b4a.toString(value)) || 0)
        }
      }
    } finally {
      await iterator.close()
    }
  }

  #put(name: string, number: number): StoreOp {
    return { type: 'put', key: this.#key(TABLE, b4a.from(name, 'hex')), value: b4a.from(String(number)) }
  }

  #drop(name: string): StoreOp[] {
    const start = this.#key(INDEXES, b4a.from(name, 'hex'))
    return [
      { type: 'del', key: this.#key(TABLE, b4a.from(name, 'hex')) },
      { type: 'delRange', start, end: b4a.concat([start, b4a.from([255])]) }
    ]
  }

  #key(kind: number, rest: Uint8Array | readonly number[]): Uint8Array {
    return b4a.concat([this.#prefix, b4a.from([kind]), b4a.from(rest)])
  }
}

/** What an index is called in a store. */
export function nameOf(secret: Uint8Array): string {
  return b4a.toString(secret.subarray(0, NAME_BYTES), 'hex')
}
