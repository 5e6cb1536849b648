import type { Range } from './engine.js'
import type { LevelEdit, Levels, SegmentInfo, ValueFileInfo } from './segment-info.js'

/** A merge to be done. */
export interface MergePick {
  /** newest first; each list is one level-0 segment, or disjoint segments of one level in order */
  readonly inputs: readonly (readonly SegmentInfo[])[]
  readonly outputLevel: number
  /** nothing older lies below: tombstones and deleted ranges are left out */
  readonly dropDeleted: boolean
  /** value files whose values are copied into a new one */
  readonly rewrite: ReadonlySet<number>
  /** the one input goes to the output level as it is */
  readonly isMove: boolean
}

/** The merge that is needed most, or null. */
export function pickMerge(levels: Levels, valueFiles: readonly ValueFileInfo[]): MergePick | null {
  throw new Error('not yet')
}

/** The next merge towards a store without anything deleted or overwritten (in `range`); null = done. */
export function pickCompaction(
  levels: Levels,
  valueFiles: readonly ValueFileInfo[],
  range?: Range
): MergePick | null {
  throw new Error('not yet')
}

export function applyEdit(levels: Levels, edit: LevelEdit): Levels {
  throw new Error('not yet')
}

/** How many bytes of each value file segments point into; a file that is absent here can go. */
export function liveValueBytes(levels: Levels): Map<number, number> {
  throw new Error('not yet')
}

/** The one segment of a level ≥ 1 that may say something of a key. */
export function segmentFor<T extends { readonly info: SegmentInfo }>(
  level: readonly T[],
  key: Uint8Array
): T | undefined {
  throw new Error('not yet')
}
