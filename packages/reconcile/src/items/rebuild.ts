import { badArgument } from '@manycore/ground'
import { BATCH_BYTES } from '../defaults.js'
import { ItemSorter } from '../build/item-sorter.js'
import { TreeBuilder } from '../build/tree-builder.js'
import type { IndexStore } from '../store/index-store.js'
import type { StoreOp } from '../store/ordered-store.js'
import type { TreeNode } from '../tree/node.js'
import type { Tree } from '../tree/tree.js'
import type { Item, ItemSource } from './item.js'
import { checkItemBytes } from './item.js'

/** A tree that was built beside the one there is. */
export interface Built {
  readonly root: TreeNode
  /** Its nodes, if they are not in a store. */
  readonly nodes: readonly TreeNode[]
  /** The number after that of its last node. */
  readonly next: number
}

/** Builds a tree from items in any order; with a store, in bounded memory. The tree that there is stays as it was. */
export async function build(
  tree: Tree,
  store: IndexStore | null,
  items: ItemSource,
  firstNumber: number,
  sortBytes: number
): Promise<Built> {
  if (store) await store.store.batch(store.deleteLeftovers(firstNumber))
  const sorter = await sort(tree, store, items, sortBytes)
  const nodes: TreeNode[] = []
  let [ops, opBytes]: [StoreOp[], number] = [[], 0]
  const builder = new TreeBuilder(tree, firstNumber, (node) => {
    if (!store) return void nodes.push(node)
    ops.push(store.putNode(node))
    opBytes += node.record.byteLength
  })
  for await (const block of sorter.sorted()) {
    builder.add(block)
    if (!store || opBytes < BATCH_BYTES) continue
    const full = ops
    ops = []
    opBytes = 0
    await store.store.batch(full)
  }
  const root = builder.finish()
  if (store) await store.store.batch(ops)
  return { root, nodes, next: builder.next }
}

async function sort(
  { layout }: Tree,
  store: IndexStore | null,
  items: ItemSource,
  sortBytes: number
): Promise<ItemSorter> {
  const sorter = new ItemSorter(layout, store, sortBytes)
  for await (const item of items) {
    const { id, version } = read(item)
    checkItemBytes('item.id', id, layout.idBytes)
    checkItemBytes('item.version', version, layout.versionBytes)
    if (sorter.isFull) await sorter.spill()
    sorter.add(id, version)
  }
  return sorter
}

function read(item: unknown): Item {
  if (typeof item === 'object' && item !== null) return item as Item
  throw badArgument('item', 'an object with id and version', item)
}
