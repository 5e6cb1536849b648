import { U48_BYTES } from '@manycore/ground'
import { LEAF_ITEMS, NODE_CHILDREN, SUM_BYTES } from '../defaults.js'

/** Where things are in a node: level and number of entries, one byte each, then count and sum of all that is below it. */
export const COUNT_AT = 2
export const SUM_AT: number = COUNT_AT + U48_BYTES
export const ENTRIES_AT: number = SUM_AT + SUM_BYTES

/** The lengths that follow from those of ids and versions. */
export class Layout {
  readonly idBytes: number
  readonly versionBytes: number
  /** An item of a leaf: id and version. */
  readonly itemBytes: number
  /** A child of an inner node: the first id that may be below it, its number, and the count and sum of what is below it. */
  readonly childBytes: number

  constructor(idBytes: number, versionBytes: number) {
    this.idBytes = idBytes
    this.versionBytes = versionBytes
    this.itemBytes = idBytes + versionBytes
    this.childBytes = idBytes + 2 * U48_BYTES + SUM_BYTES
  }

  strideOf(level: number): number {
    return level === 0 ? this.itemBytes : this.childBytes
  }
}

export function mostEntries(level: number): number {
  return level === 0 ? LEAF_ITEMS : NODE_CHILDREN
}
