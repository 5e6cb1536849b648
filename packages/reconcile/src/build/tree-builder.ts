import { WELL_FILLED } from '../defaults.js'
import { mostEntries } from '../tree/layout.js'
import { TreeNode } from '../tree/node.js'
import { addUp } from '../tree/put.js'
import type { Tree } from '../tree/tree.js'

/** Builds the nodes of a tree from items in order, from left to right, with one open node per level. */
export class TreeBuilder {
  readonly #tree: Tree
  readonly #emit: (node: TreeNode) => void
  readonly #open: (TreeNode | undefined)[] = []
  #next: number

  /** @param emit  called with each node that is complete */
  constructor(tree: Tree, firstNumber: number, emit: (node: TreeNode) => void) {
    this.#tree = tree
    this.#next = firstNumber
    this.#emit = emit
  }

  /** The number after that of the last node. */
  get next(): number {
    return this.#next
  }

  /** @param items  packed, in order, each after all before it */
  add(items: Uint8Array): void {
    const { itemBytes } = this.#tree.layout
    for (let at = 0; at < items.byteLength; at += itemBytes) {
      const leaf = this.#openAt(0)
      leaf.bytes.set(items.subarray(at, at + itemBytes), leaf.offset(leaf.length))
      leaf.length++
    }
  }

  /** @returns the root */
  finish(): TreeNode {
    let node = this.#open[0] ?? this.#create(0)
    for (let level = 0; ; level++) {
      addUp(this.#tree, node)
      this.#emit(node)
      if (level === this.#open.length - 1 || this.#open.length === 0) return node
      this.#hang(node)
      node = this.#open[level + 1]!
    }
  }

  /** The node of a level that the next entry belongs to. */
  #openAt(level: number): TreeNode {
    const open = this.#open[level]
    if (open && open.length < mostEntries(level) * WELL_FILLED) return open
    if (open) {
      addUp(this.#tree, open)
      this.#emit(open)
      this.#hang(open)
    }
    const node = this.#create(level)
    this.#open[level] = node
    return node
  }

  #hang(node: TreeNode): void {
    const parent = this.#openAt(node.level + 1)
    const low = node.bytes.subarray(node.offset(0), node.offset(0) + this.#tree.layout.idBytes)
    parent.length++
    parent.setChild(parent.length - 1, low, node)
  }

  #create(level: number): TreeNode {
    return new TreeNode(this.#next++, level, this.#tree.layout)
  }
}
