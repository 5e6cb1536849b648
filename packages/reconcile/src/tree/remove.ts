import { LEAST_FILLED, WELL_FILLED } from '../defaults.js'
import { mostEntries } from './layout.js'
import type { TreeNode } from './node.js'
import { addTotals, applyTo } from './put.js'
import { Tally } from './tally.js'
import type { Step, Tree } from './tree.js'

/**
 * Removes an item from the tree.
 * @returns false if there is none
 */
export function remove(tree: Tree, id: Uint8Array): boolean {
  const path = tree.pathTo(id)
  const { node: leaf, slot } = path.at(-1)!
  if (!leaf.hasIdAt(slot, id)) return false
  const neighbours = findNeighbours(tree, path)

  const change = new Tally()
  change.subtract(1, tree.hasher.item(leaf.bytes, leaf.offset(slot)), 0)
  leaf.closeSlot(slot)
  applyTo(tree, path, change)
  mergeUp(tree, path, neighbours)
  shrinkRoot(tree)
  return true
}

/**
 * The neighbours with which the nodes of a path, from the leaf up, are to be merged once each has one entry less. They
 * are all in memory before the first is changed.
 */
function findNeighbours(tree: Tree, path: readonly Step[]): TreeNode[] {
  const neighbours: TreeNode[] = []
  for (let i = path.length - 1; i > 0; i--) {
    const most = mostEntries(path[i]!.node.level)
    const length = path[i]!.node.length - 1
    const { node: parent, slot } = path[i - 1]!
    if (length >= most * LEAST_FILLED || parent.length < 2) break
    const neighbour = tree.table.child(parent, slot === 0 ? 1 : slot - 1)
    if (length > 0 && length + neighbour.length > most * WELL_FILLED) break
    neighbours.push(neighbour)
  }
  return neighbours
}

function mergeUp(tree: Tree, path: readonly Step[], neighbours: readonly TreeNode[]): void {
  for (const [i, neighbour] of neighbours.entries()) {
    const { node } = path[path.length - 1 - i]!
    const { node: parent, slot } = path[path.length - 2 - i]!
    const [left, right, rightSlot] = slot === 0 ? [node, neighbour, 1] : [neighbour, node, slot]
    right.moveTo(left, 0)
    addTotals(left, right)
    tree.table.markDirty(left)
    tree.table.free(right)
    parent.closeSlot(rightSlot)
    parent.setChild(rightSlot - 1, null, left)
  }
}

/** A root with one child gives way to it. The child is in memory: it is what two of them were merged into. */
function shrinkRoot(tree: Tree): void {
  let { root } = tree
  while (root.level > 0 && root.length === 1) {
    const child = tree.table.child(root, 0)
    tree.table.free(root)
    tree.setRoot(child)
    root = child
  }
}
