import { Queue, badArgument, isManycoreError } from '@manycore/ground'
import { ReconcileError } from '../errors.js'
import { checkOps } from '../store/check-ops.js'
import { IndexStore } from '../store/index-store.js'
import { Keys } from '../store/keys.js'
import type { StoreOp } from '../store/ordered-store.js'
import { detach } from '../tree/detach.js'
import { Hasher } from '../tree/hasher.js'
import { COUNT_AT, ENTRIES_AT, Layout } from '../tree/layout.js'
import { NodeTable } from '../tree/node-table.js'
import { Tree } from '../tree/tree.js'
import type { ItemSource } from './item.js'
import type { IndexSettings, RebuildOptions } from './options.js'
import { build } from './rebuild.js'

/** A tree, whether it is open, and what is stored of it. Changes and flushes run in the order of the calls. */
export class LiveTree {
  readonly layout: Layout
  readonly hasher: Hasher
  stamp: Uint8Array | null = null
  readonly #tree: Tree
  readonly #table: NodeTable
  readonly #store: IndexStore | null
  readonly #queue = new Queue()
  #queued = 0
  #opening: Promise<void> | null = null
  #isOpen = false
  #isClosed = false
  /** A rebuild that did not end has left nodes or runs in the store. */
  #hasLeftovers = false
  /** The batch that is being written; it never rejects. */
  #writing: Promise<unknown> = Promise.resolve()

  constructor(opts: IndexSettings) {
    const { engine, prefix = new Uint8Array(0), cacheBytes } = opts
    this.layout = new Layout(opts.idBytes, opts.versionBytes)
    this.hasher = new Hasher(this.layout, opts.secret)
    this.#store = engine && new IndexStore(engine, new Keys(prefix), this.hasher)
    this.#table = new NodeTable(this.layout, this.#store, cacheBytes)
    this.#tree = new Tree(this.#table, this.hasher)
    if (!engine) this.#startEmpty()
  }

  get size(): number {
    return this.#tree.size
  }

  get dirtyBytes(): number {
    return this.#store ? this.#table.dirtyBytes : 0
  }

  get memoryBytes(): number {
    return this.#table.bytes
  }

  async ready(): Promise<void> {
    this.#refuseIfClosed()
    await this.#whenOpen()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#inTurn(() => this.#writing)
    this.#table.reset(0)
  }

  /** Runs an operation that changes nothing, at once if it needs nothing from the store. */
  async read<T>(operation: (tree: Tree) => T): Promise<T> {
    this.#refuseIfClosed()
    return this.#run(operation)
  }

  /** Runs an operation that changes the tree, at once if no other waits and it needs nothing from the store. */
  async change<T>(operation: (tree: Tree) => T): Promise<T> {
    this.#refuseIfClosed()
    const table = this.#table
    if (this.#isOpen && this.#queued === 0 && !table.isFull) {
      const result = table.attempt(() => operation(this.#tree))
      table.evict()
      if (!table.isMiss(result)) return result
    }
    return this.#inTurn(async () => {
      if (table.isFull) await this.#spill()
      return this.#run(operation)
    })
  }

  async flush(stamp: Uint8Array, ops: readonly StoreOp[]): Promise<void> {
    this.#refuseIfClosed()
    this.#checkOps(ops)
    const { written } = await this.#inTurn(async () => {
      await this.#whenOpen()
      await this.#writing
      return { written: this.#write(stamp, ops) }
    })
    await written
  }

  async rebuild(
    items: ItemSource,
    { stamp, sortBytes, ops }: Readonly<Required<RebuildOptions>>
  ): Promise<void> {
    this.#refuseIfClosed()
    await this.#inTurn(async () => {
      await this.#whenOpen().catch(throwUnlessDamaged)
      await this.#writing
      await this.#rebuild(items, stamp, sortBytes, ops)
    })
  }

  #refuseIfClosed(): void {
    if (this.#isClosed) throw new ReconcileError('INDEX_CLOSED', 'the index was closed')
  }

  /** @throws BAD_ARGUMENT */
  #checkOps(ops: readonly StoreOp[]): void {
    if (this.#store) checkOps(ops, this.#store.keys)
    else if (ops.length > 0) throw badArgument('ops', 'left out, as there is no engine', ops)
  }

  async #run<T>(operation: (tree: Tree) => T): Promise<T> {
    if (!this.#isOpen) await this.#whenOpen()
    return this.#table.run(() => operation(this.#tree))
  }

  async #whenOpen(): Promise<void> {
    if (this.#isOpen) return
    this.#opening ??= this.#open().finally(() => (this.#opening = null))
    await this.#opening
  }

  async #open(): Promise<void> {
    const store = this.#store!
    const head = await store.readHead()
    const next = head?.next ?? 1
    this.#hasLeftovers = await store.hasNodesFrom(next)
    if (this.#isOpen) return
    if (head) {
      this.#table.reset(next)
      this.#tree.setStoredRoot(head.root, head.level, head.totals)
      this.stamp = head.stamp
      this.#isOpen = true
    } else {
      this.#startEmpty()
    }
  }

  #startEmpty(): void {
    this.#table.reset(1)
    this.#tree.setRoot(this.#table.create(0))
    this.#isOpen = true
  }

  async #inTurn<T>(fn: () => Promise<T>): Promise<T> {
    this.#queued++
    return this.#queue.run(fn).finally(() => this.#queued--)
  }

  /** Stores changes beside the stored tree, where nothing refers to them until the next flush, to make room for others. */
  async #spill(): Promise<void> {
    await this.#writing
    detach(this.#tree)
    const unstored = this.#table.takeDetached()
    try {
      for (const ops of this.#store!.batches(unstored)) await this.#store!.store.batch(ops)
    } catch (err) {
      this.#table.notStored(unstored)
      throw err
    }
    this.#table.stored(unstored.nodes)
  }

  /** Starts to write what is dirty. */
  #write(stamp: Uint8Array, callers: readonly StoreOp[]): Promise<void> {
    const unstored = this.#table.takeDirty()
    const store = this.#store
    const ops: StoreOp[] = []
    if (store) {
      if (this.#hasLeftovers) ops.push(...store.deleteLeftovers(this.#table.numbers.next))
      for (const op of store.changes(unstored)) ops.push(op)
      ops.push(this.#head(store, stamp))
    }
    const written = this.#commit(ops, callers).then(
      () => {
        this.#table.stored(unstored.nodes)
        this.#hasLeftovers = false
        this.stamp = stamp
      },
      (err) => {
        this.#table.notStored(unstored)
        throw err
      }
    )
    this.#writing = written.catch(() => {}) // told to the caller of flush()
    return written
  }

  async #rebuild(
    items: ItemSource,
    stamp: Uint8Array,
    sortBytes: number,
    callers: readonly StoreOp[]
  ): Promise<void> {
    const store = this.#store
    const first = Math.max(1, this.#table.numbers.next)
    this.#hasLeftovers = true
    const { root, nodes, next } = await build(this.#tree, store, items, first, sortBytes)
    this.#checkOps(callers)
    if (store) {
      const totals = root.bytes.slice(COUNT_AT, ENTRIES_AT)
      const head = {
        settings: this.hasher.settings(),
        root: root.number,
        level: root.level,
        totals,
        next,
        stamp
      }
      const ops = [store.deleteNodes(0, first), ...store.deleteLeftovers(next), store.putHead(head)]
      try {
        await this.#commit(ops, callers)
      } catch (err) {
        this.#table.numbers.abandon(next) // what failed may be stored
        throw err
      }
    }
    this.#table.reset(next)
    this.#table.adopt(nodes)
    this.#tree.setRoot(root)
    this.stamp = stamp
    this.#hasLeftovers = false
    this.#isOpen = true
  }

  #head(store: IndexStore, stamp: Uint8Array): StoreOp {
    const { rootNumber: root, rootLevel: level, totals } = this.#tree
    const settings = this.hasher.settings()
    return store.putHead({ settings, root, level, totals, next: this.#table.numbers.next, stamp })
  }

  async #commit(ops: readonly StoreOp[], callers: readonly StoreOp[]): Promise<void> {
    if (ops.length > 0) await this.#store!.store.batch(callers.length > 0 ? [...ops, ...callers] : ops)
  }
}

function throwUnlessDamaged(err: unknown): void {
  if (!isManycoreError(err, 'INDEX_CORRUPT', 'INDEX_MISMATCH')) throw err
}
