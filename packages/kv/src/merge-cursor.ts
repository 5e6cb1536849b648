import type { Cursor } from './cursor.js'
import type { Range } from './engine.js'
import type { DeletedRange } from './memtable.js'

/** A layer as a merge sees it. */
export interface Source {
  readonly cursor: Cursor
  /** apply to older sources only */
  readonly ranges: readonly DeletedRange[]
}

/**
 * The entries of several layers as one: of equal keys the newest, none that a newer layer deleted.
 * @param sources  newest first; their cursors go over `range`
 * @param options  keepDeleted: give tombstones too (a merge above the bottom level); default false
 */
export function mergeCursor(
  sources: readonly Source[],
  range: Range,
  options?: { keepDeleted?: boolean }
): Cursor {
  throw new Error('not yet')
}
