import type { NodeTable } from './node-table.js'
import type { TreeNode } from './node.js'
import type { Tree } from './tree.js'

/**
 * Gives every node that is to be stored a number that the stored tree does not have, so that it can be stored without touching
 * that tree. Whatever is above such a node is to be stored as well, and in memory.
 */
export function detach(tree: Tree): void {
  const { root } = tree
  detachBelow(tree.table, root)
  tree.table.detach(root)
  tree.setRoot(root)
}

function detachBelow(table: NodeTable, node: TreeNode): void {
  if (node.level === 0) return
  for (let slot = 0; slot < node.length; slot++) {
    const child = table.dirtyChild(node, slot)
    if (!child) continue
    detachBelow(table, child)
    table.detach(child)
    node.setChild(slot, null, child)
  }
}
