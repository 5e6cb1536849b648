import { U48_BYTES, readU48 } from '@manycore/ground'
import { SUM_BYTES } from '../defaults.js'
import type { Bound, Span } from '../bytes/bounds.js'
import { compareBounds } from '../bytes/bounds.js'
import type { Hasher } from './hasher.js'
import { COUNT_AT, ENTRIES_AT, SUM_AT } from './layout.js'
import type { Layout } from './layout.js'
import type { TreeNode } from './node.js'
import type { NodeTable } from './node-table.js'
import { Tally } from './tally.js'

/** The way from the root to a leaf: each node with the slot that the way takes in it. */
export interface Step {
  readonly node: TreeNode
  readonly slot: number
}

/** Items as they are stored, one after the other. */
export interface Chunk {
  readonly items: Uint8Array
  /** Where the next chunk begins; null = there is none. */
  readonly next: Bound
}

/**
 * A B+tree whose nodes know how many items are below them and the sum of their hashes. Every method is synchronous and
 * belongs into an operation of `NodeTable.run()`.
 */
export class Tree {
  readonly table: NodeTable
  readonly layout: Layout
  readonly hasher: Hasher
  /** Count and sum of everything, as its root has them. */
  readonly totals: Uint8Array = new Uint8Array(U48_BYTES + SUM_BYTES)
  #root = 0
  #level = 0

  constructor(table: NodeTable, hasher: Hasher) {
    this.table = table
    this.layout = table.layout
    this.hasher = hasher
  }

  get size(): number {
    return readU48(this.totals, 0)
  }

  /** The number of the root. */
  get rootNumber(): number {
    return this.#root
  }

  /** The level of the root. */
  get rootLevel(): number {
    return this.#level
  }

  get root(): TreeNode {
    return this.table.root(this.#root, this.#level, this.totals)
  }

  /** Makes a node the root, or says that the root has other totals. */
  setRoot(node: TreeNode): void {
    this.#root = node.number
    this.#level = node.level
    this.totals.set(node.bytes.subarray(COUNT_AT, ENTRIES_AT))
  }

  /** Makes a node the root that is not in memory. */
  setStoredRoot(number: number, level: number, totals: Uint8Array): void {
    this.#root = number
    this.#level = level
    this.totals.set(totals)
  }

  /** The way to the leaf where an id is or belongs, and its place there. */
  pathTo(id: Uint8Array): Step[] {
    const path: Step[] = []
    let node = this.root
    while (node.level > 0) {
      const slot = node.slotFor(id)
      path.push({ node, slot })
      node = this.table.child(node, slot)
    }
    path.push({ node, slot: node.lowerBound(id) })
    return path
  }

  /** The version of an item; null = there is none. */
  get(id: Uint8Array): Uint8Array | null {
    let node = this.root
    while (node.level > 0) node = this.table.child(node, node.slotFor(id))
    const slot = node.lowerBound(id)
    if (!node.hasIdAt(slot, id)) return null
    const at = node.offset(slot) + this.layout.idBytes
    return node.bytes.slice(at, at + this.layout.versionBytes)
  }

  /** How many items are before a bound, and their sum. */
  before(bound: Bound): Tally {
    const tally = new Tally()
    if (bound === null) {
      tally.add(this.size, this.totals, U48_BYTES)
      return tally
    }
    let node = this.root
    while (node.level > 0) {
      const slot = node.slotFor(bound)
      addChildren(tally, node, slot)
      node = this.table.child(node, slot)
    }
    this.#addItems(tally, node, node.lowerBound(bound))
    return tally
  }

  /** How many items are in a range, and their sum. */
  within({ lo, hi }: Span): Tally {
    if (compareBounds(lo, hi) >= 0) return new Tally()
    return this.before(hi).without(this.before(lo))
  }

  /** The id with so many others before it. */
  idAt(rank: number): Uint8Array {
    let node = this.root
    let left = rank
    while (node.level > 0) {
      let slot = 0
      while (left >= node.childCountAt(slot)) left -= node.childCountAt(slot++)
      node = this.table.child(node, slot)
    }
    return node.bytes.slice(node.offset(left), node.offset(left) + this.layout.idBytes)
  }

  /** The items of a range that one leaf has, from the start of the range on. */
  chunk({ lo, hi }: Span): Chunk {
    let node = this.root
    let next: Bound = null
    while (node.level > 0) {
      const slot = node.slotFor(lo)
      if (slot + 1 < node.length) {
        const at = node.offset(slot + 1)
        next = node.bytes.slice(at, at + this.layout.idBytes)
      }
      node = this.table.child(node, slot)
    }
    const start = node.lowerBound(lo)
    const end = hi === null ? node.length : Math.max(start, node.lowerBound(hi))
    const items = node.bytes.slice(node.offset(start), node.offset(end))
    return { items, next: compareBounds(next, hi) < 0 ? next : null }
  }

  /** What is before a slot of a leaf; from its total if fewer items are behind the slot than before it. */
  #addItems(tally: Tally, leaf: TreeNode, slot: number): void {
    const { length } = leaf
    if (slot <= length - slot) {
      for (let i = 0; i < slot; i++) tally.add(1, this.hasher.item(leaf.bytes, leaf.offset(i)), 0)
      return
    }
    tally.add(length, leaf.bytes, SUM_AT)
    for (let i = slot; i < length; i++) tally.subtract(1, this.hasher.item(leaf.bytes, leaf.offset(i)), 0)
  }
}

function addChildren(tally: Tally, node: TreeNode, slot: number): void {
  const { length } = node
  if (slot <= length - slot) {
    for (let i = 0; i < slot; i++) tally.add(node.childCountAt(i), node.bytes, node.childSumOffset(i))
    return
  }
  tally.add(node.count, node.bytes, SUM_AT)
  for (let i = slot; i < length; i++) tally.subtract(node.childCountAt(i), node.bytes, node.childSumOffset(i))
}
