import { BATCH_BYTES } from '../defaults.js'
import { ReconcileError } from '../errors.js'
import { plain } from '../bytes/copy.js'
import { isSame } from '../bytes/order.js'
import type { Hasher } from '../tree/hasher.js'
import type { NodeSource, Unstored } from '../tree/node-table.js'
import type { TreeNode } from '../tree/node.js'
import { decodeHead, encodeHead } from './head.js'
import type { Head } from './head.js'
import type { Keys } from './keys.js'
import type { OrderedStore, StoreOp } from './ordered-store.js'

const CHECKSUM_BYTES = 8

/** Nodes with numbers in a row that are deleted as a range. */
const LEAST_RUN = 8

/** Head and nodes of an index in a store. Each record has a checksum behind it. */
export class IndexStore implements NodeSource {
  readonly store: OrderedStore
  readonly keys: Keys
  readonly #hasher: Hasher

  constructor(store: OrderedStore, keys: Keys, hasher: Hasher) {
    this.store = store
    this.keys = keys
    this.#hasher = hasher
  }

  async read(number: number): Promise<Uint8Array | null> {
    return this.#read(this.keys.node(number), `node ${number}`)
  }

  /** @returns null if nothing is stored yet */
  async readHead(): Promise<Head | null> {
    const bytes = await this.#read(this.keys.head(), 'the head')
    return bytes && decodeHead(bytes, this.#hasher.settings())
  }

  /** Are there nodes that a rebuild has left behind which did not end? */
  async hasNodesFrom(number: number): Promise<boolean> {
    const range = { gte: this.keys.node(number), lt: this.keys.endOfRuns() }
    const iterator = this.store.iterator(range)
    const found = await iterator.next(1).finally(() => iterator.close())
    return found.length > 0
  }

  /** All ops that store nodes and delete others. */
  *changes({ nodes, freed }: Unstored): Generator<StoreOp, void, undefined> {
    for (const node of nodes) yield this.putNode(node)
    const numbers = Float64Array.from(freed).toSorted()
    for (let from = 0, to = 1; from < numbers.length; from = to++) {
      while (to < numbers.length && numbers[to] === numbers[to - 1]! + 1) to++
      yield* this.#deleteRun(numbers[from]!, numbers[to - 1]! + 1)
    }
  }

  /** The same in batches of bounded size. */
  *batches(unstored: Unstored): Generator<StoreOp[], void, undefined> {
    let [ops, bytes]: [StoreOp[], number] = [[], 0]
    for (const op of this.changes(unstored)) {
      ops.push(op)
      if (op.type === 'put') bytes += op.value.byteLength
      if (bytes < BATCH_BYTES) continue
      yield ops
      ops = []
      bytes = 0
    }
    if (ops.length > 0) yield ops
  }

  putNode(node: TreeNode): StoreOp {
    return this.#put(this.keys.node(node.number), node.record)
  }

  putHead(head: Head): StoreOp {
    return this.#put(this.keys.head(), encodeHead(head))
  }

  /** The nodes with a number in `[from, to)`. */
  deleteNodes(from: number, to: number): StoreOp {
    return { type: 'delRange', start: this.keys.node(from), end: this.keys.node(to) }
  }

  /** What a rebuild that did not end has left behind: nodes from a number on, and all runs. */
  deleteLeftovers(from: number): StoreOp[] {
    const { keys } = this
    return [
      { type: 'delRange', start: keys.node(from), end: keys.endOfNodes() },
      { type: 'delRange', start: keys.startOfRuns(), end: keys.endOfRuns() }
    ]
  }

  /** Few are deleted one by one: a range that is deleted slows down later reads of some engines. */
  *#deleteRun(from: number, to: number): Generator<StoreOp, void, undefined> {
    if (to - from >= LEAST_RUN) yield this.deleteNodes(from, to)
    else for (let number = from; number < to; number++) yield { type: 'del', key: this.keys.node(number) }
  }

  #put(key: Uint8Array, record: Uint8Array): StoreOp {
    const value = new Uint8Array(record.byteLength + CHECKSUM_BYTES)
    value.set(record)
    value.set(this.#hasher.record(key, record), record.byteLength)
    return { type: 'put', key, value }
  }

  async #read(key: Uint8Array, name: string): Promise<Uint8Array | null> {
    const [value] = await this.store.getMany([key])
    if (!value) return null
    const end = value.byteLength - CHECKSUM_BYTES
    if (end < 0) throw new ReconcileError('INDEX_CORRUPT', `${name} is cut off`)
    const record = plain(value).subarray(0, end)
    if (!isSame(value.subarray(end), this.#hasher.record(key, record)))
      throw new ReconcileError('INDEX_CORRUPT', `${name} has a wrong checksum`)
    return record
  }
}
