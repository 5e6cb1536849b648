import { ReconcileError } from '../errors.js'
import { isSame } from '../bytes/order.js'
import { COUNT_AT, ENTRIES_AT } from './layout.js'
import type { Layout } from './layout.js'
import { NodeNumbers } from './node-numbers.js'
import { TreeNode } from './node.js'

/** Where nodes come from that are not in memory. */
export interface NodeSource {
  /** @returns the record of a node, checked on its own; null = there is none */
  read(number: number): Promise<Uint8Array | null>
}

/** What a parent says of a child: its number, its level, and count and sum of what is below it. */
interface Reference {
  readonly number: number
  readonly level: number
  readonly totals: Uint8Array
}

/** What is to be stored: nodes to put, and numbers of nodes to delete. */
export interface Unstored {
  readonly nodes: readonly TreeNode[]
  readonly freed: readonly number[]
}

/** Thrown, and caught in `run()`, where an operation needs a node that is not in memory. No error: it is no fault. */
class Miss {
  readonly wanted: Reference

  constructor(wanted: Reference) {
    this.wanted = wanted
  }
}

/** What a node takes beside its bytes: objects of V8, measured. */
const NODE_OVERHEAD = 350

/** Fewer are not spilled, however small the cache is: those of a batch that is worth the while. */
const LEAST_DIRTY_BYTES = 64 * 1024

/**
 * The nodes that are in memory. Operations on them are synchronous, which is what makes an update of a warm tree quick,
 * and what keeps them from seeing a tree that is half changed: one that needs a node from the store ends there, waits for
 * it in `run()`, and begins anew.
 */
export class NodeTable {
  readonly layout: Layout
  readonly numbers: NodeNumbers = new NodeNumbers()
  readonly #source: NodeSource | null
  readonly #cacheBytes: number
  readonly #nodes = new Map<number, TreeNode>()
  /** Those that may be evicted, the oldest first. */
  readonly #clean = new Set<TreeNode>()
  readonly #dirty = new Set<TreeNode>()
  readonly #loading = new Map<number, Promise<TreeNode | null>>()
  #bytes = 0
  #dirtyBytes = 0
  #revision = 0

  constructor(layout: Layout, source: NodeSource | null, cacheBytes: number) {
    this.layout = layout
    this.#source = source
    this.#cacheBytes = cacheBytes
  }

  /** Another number after each change: what was read of the tree is true as long as it is the same. */
  get revision(): number {
    return this.#revision
  }

  /** Bytes of nodes that are to be stored. */
  get dirtyBytes(): number {
    return this.#dirtyBytes
  }

  /** Bytes of all nodes that are in memory, and of the numbers of those that are to be deleted. */
  get bytes(): number {
    return this.#bytes + this.numbers.bytes
  }

  /** Are there so many nodes to be stored that they are to be spilled before others change? */
  get isFull(): boolean {
    return this.#source !== null && this.#dirtyBytes > Math.max(LEAST_DIRTY_BYTES, this.#cacheBytes / 2)
  }

  /** Runs an operation, as often as it needs further nodes. It must change nothing before it has all that it needs. */
  async run<T>(operation: () => T): Promise<T> {
    const pinned: TreeNode[] = []
    try {
      for (;;) {
        const result = this.attempt(operation)
        if (!(result instanceof Miss)) return result
        const node = await this.#load(result.wanted)
        if (node === null) continue
        node.pins++
        pinned.push(node)
      }
    } finally {
      for (const node of pinned) node.pins--
      this.evict()
    }
  }

  /** Runs an operation once. @returns a Miss if it needs a node from the store */
  attempt<T>(operation: () => T): T | Miss {
    try {
      return operation()
    } catch (err) {
      if (err instanceof Miss) return err
      throw err
    }
  }

  /** Did an attempt end because a node was not in memory? */
  isMiss(result: unknown): result is Miss {
    return result instanceof Miss
  }

  root(number: number, level: number, totals: Uint8Array): TreeNode {
    return this.#nodes.get(number)?.touch() ?? this.#miss({ number, level, totals: totals.slice() })
  }

  child(parent: TreeNode, slot: number): TreeNode {
    const number = parent.childAt(slot)
    const node = this.#nodes.get(number)
    if (node) return node.touch()
    const end = parent.offset(slot + 1)
    const totals = parent.bytes.slice(end - (ENTRIES_AT - COUNT_AT), end)
    return this.#miss({ number, level: parent.level - 1, totals })
  }

  /** A new, empty node, which is to be stored. */
  create(level: number): TreeNode {
    const node = new TreeNode(this.numbers.take(), level, this.layout)
    this.#keep(node)
    this.#dirty.add(node)
    this.#dirtyBytes += sizeOf(node)
    node.isDirty = true
    return node
  }

  markDirty(node: TreeNode): void {
    this.#revision++
    if (node.isDirty) return
    node.isDirty = true
    this.#clean.delete(node)
    this.#dirty.add(node)
    this.#dirtyBytes += sizeOf(node)
  }

  free(node: TreeNode): void {
    this.#drop(node)
    if (this.#dirty.delete(node)) this.#dirtyBytes -= sizeOf(node)
    this.#clean.delete(node)
    if (this.#source) this.numbers.free(node.number)
  }

  /** The child in a slot, if it is to be stored. */
  dirtyChild(parent: TreeNode, slot: number): TreeNode | null {
    const node = this.#nodes.get(parent.childAt(slot))
    return node?.isDirty ? node : null
  }

  /** Gives a node a new number, so that it can be stored beside the stored tree. Its parent is the caller's to correct. */
  detach(node: TreeNode): void {
    if (!this.numbers.isOfStored(node.number)) return
    this.#nodes.delete(node.number)
    this.numbers.free(node.number)
    node.number = this.numbers.take()
    this.#nodes.set(node.number, node)
  }

  /**
   * Takes what is to be stored in place of the stored tree: the caller stores it and then says `stored()`, or `notStored()` if that
   * failed. Meanwhile the nodes stay in memory.
   */
  takeDirty(): Unstored {
    return { nodes: this.#takeNodes(), freed: this.numbers.takeFreed() }
  }

  /** Takes what is to be stored beside the stored tree: all of it has been detached. */
  takeDetached(): Unstored {
    return { nodes: this.#takeNodes(), freed: this.numbers.takeUnused() }
  }

  stored(nodes: readonly TreeNode[]): void {
    for (const node of nodes) {
      if (node.isDirty || this.#nodes.get(node.number) !== node) continue
      this.#clean.add(node)
    }
    this.evict()
  }

  notStored({ nodes, freed }: Unstored): void {
    for (const node of nodes) if (this.#nodes.get(node.number) === node) this.markDirty(node)
    this.numbers.giveBack(freed)
  }

  /** Takes nodes that were made elsewhere and are in no store. */
  adopt(nodes: readonly TreeNode[]): void {
    for (const node of nodes) this.#keep(node)
  }

  /** Each node gets a second chance if it was used since the last time. Those of an operation that waits are kept. */
  evict(): void {
    if (this.#bytes <= this.#cacheBytes) return
    let left = 2 * this.#clean.size
    for (const node of this.#clean) {
      if (this.#bytes <= this.#cacheBytes || left-- === 0) return
      this.#clean.delete(node)
      if (node.isWarm || node.pins > 0) {
        node.isWarm = false
        this.#clean.add(node)
      } else {
        this.#drop(node)
      }
    }
  }

  /** Forgets every node: the tree is another one from now on. */
  reset(next: number): void {
    this.#revision++
    this.#nodes.clear()
    this.#clean.clear()
    this.#dirty.clear()
    this.#bytes = 0
    this.#dirtyBytes = 0
    this.numbers.reset(next)
  }

  #takeNodes(): TreeNode[] {
    const nodes = [...this.#dirty]
    for (const node of nodes) node.isDirty = false
    this.#dirty.clear()
    this.#dirtyBytes = 0
    return nodes
  }

  #keep(node: TreeNode): void {
    this.#nodes.set(node.number, node)
    this.#bytes += sizeOf(node)
  }

  #drop(node: TreeNode): void {
    this.#nodes.delete(node.number)
    this.#bytes -= sizeOf(node)
  }

  #miss(wanted: Reference): never {
    // oxlint-disable-next-line no-throw-literal -- it is caught in run()
    throw new Miss(wanted)
  }

  async #load(wanted: Reference): Promise<TreeNode | null> {
    const { number } = wanted
    const present = this.#nodes.get(number)
    if (present) return present
    let loading = this.#loading.get(number)
    if (!loading) {
      loading = this.#read(wanted).finally(() => this.#loading.delete(number))
      this.#loading.set(number, loading)
    }
    return loading
  }

  /** @returns null if the tree has changed meanwhile, so that the node may not be wanted any more */
  async #read({ number, level, totals }: Reference): Promise<TreeNode | null> {
    const revision = this.#revision
    const record = await this.#source!.read(number)
    const node = record && this.#nodeOf(number, level, record)
    const isRight = node && isSame(node.bytes.subarray(COUNT_AT, ENTRIES_AT), totals)
    if (!isRight && this.#revision !== revision) return null
    if (!node)
      throw new ReconcileError('INDEX_CORRUPT', `node ${number} is missing or no node of level ${level}`)
    if (!isRight) throw new ReconcileError('INDEX_CORRUPT', `node ${number} is not what its parent says`)
    this.#keep(node)
    this.#clean.add(node)
    return node
  }

  #nodeOf(number: number, level: number, record: Uint8Array): TreeNode | null {
    const node = new TreeNode(number, level, this.layout)
    if (record[0] !== level || record.byteLength > node.bytes.byteLength) return null
    node.bytes.set(record)
    return record.byteLength === node.offset(node.length) ? node : null
  }
}

function sizeOf(node: TreeNode): number {
  return node.bytes.byteLength + NODE_OVERHEAD
}
