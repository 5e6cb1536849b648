import { COUNT_AT, ENTRIES_AT, SUM_AT, mostEntries } from './layout.js'
import type { TreeNode } from './node.js'
import { Tally } from './tally.js'
import type { Step, Tree } from './tree.js'

/**
 * Puts an item into the tree.
 * @param decide  called with the version that there is, or null, and the new one; false leaves the tree as it is
 * @returns what decide() has returned
 */
export function put(
  tree: Tree,
  { id, version }: { readonly id: Uint8Array; readonly version: Uint8Array },
  decide: (before: Uint8Array | null, version: Uint8Array) => boolean
): boolean {
  const path = tree.pathTo(id)
  const { node: leaf, slot } = path.at(-1)!
  const at = leaf.offset(slot)
  const { idBytes, itemBytes } = tree.layout
  const isThere = leaf.hasIdAt(slot, id)
  if (!decide(isThere ? leaf.bytes.subarray(at + idBytes, at + itemBytes) : null, version)) return false

  const change = new Tally()
  if (isThere) {
    change.subtract(1, tree.hasher.item(leaf.bytes, at), 0)
  } else {
    leaf.openSlot(slot)
    leaf.bytes.set(id, at)
  }
  leaf.bytes.set(version, at + idBytes)
  change.add(1, tree.hasher.item(leaf.bytes, at), 0)
  applyTo(tree, path, change)
  if (leaf.length > mostEntries(0)) splitUp(tree, path)
  return true
}

/** Adds a change of the leaf at the end of a path to the totals of every node of the path. */
export function applyTo(tree: Tree, path: readonly Step[], change: Tally): void {
  for (let i = path.length - 1; i >= 0; i--) {
    const { node } = path[i]!
    node.add(change.count, change.sum)
    tree.table.markDirty(node)
    const parent = path[i - 1]
    parent?.node.setChild(parent.slot, null, node)
  }
  tree.setRoot(path[0]!.node)
}

/** Splits the leaf at the end of a path, and whatever is too long because of that. */
function splitUp(tree: Tree, path: readonly Step[]): void {
  for (let i = path.length - 1; i >= 0; i--) {
    const { node } = path[i]!
    if (node.length <= mostEntries(node.level)) return
    const right = split(tree, node)
    const parent = path[i - 1]
    if (!parent) return growRoot(tree, node, right)
    parent.node.setChild(parent.slot, null, node)
    parent.node.openSlot(parent.slot + 1)
    parent.node.setChild(parent.slot + 1, lowOf(tree, right), right)
  }
}

function growRoot(tree: Tree, left: TreeNode, right: TreeNode): void {
  const root = tree.table.create(left.level + 1)
  root.length = 2
  root.setChild(0, new Uint8Array(tree.layout.idBytes), left)
  root.setChild(1, lowOf(tree, right), right)
  addUp(tree, root)
  tree.setRoot(root)
}

/** Moves the upper half of a node to a new one. */
function split(tree: Tree, node: TreeNode): TreeNode {
  const right = tree.table.create(node.level)
  node.moveTo(right, node.length >>> 1)
  addUp(tree, right)
  node.subtract(right)
  return right
}

/** Finds the totals of a new node from its entries. */
export function addUp(tree: Tree, node: TreeNode): void {
  node.bytes.fill(0, COUNT_AT, ENTRIES_AT)
  for (let i = 0; i < node.length; i++) {
    if (node.level === 0) node.add(1, tree.hasher.item(node.bytes, node.offset(i)))
    else node.add(node.childCountAt(i), node.bytes, node.childSumOffset(i))
  }
}

function lowOf(tree: Tree, node: TreeNode): Uint8Array {
  return node.bytes.subarray(node.offset(0), node.offset(0) + tree.layout.idBytes)
}

/** Totals of one node, added to another's. */
export function addTotals(to: TreeNode, from: TreeNode): void {
  to.add(from.count, from.bytes, SUM_AT)
}
