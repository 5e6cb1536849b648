import type { SegmentInfo } from '../manifest/levels.js'

/** A merge to be done. */
export interface MergePick {
  /** newest first; each is one segment of level 0, or segments of one other level in order */
  readonly upper: readonly (readonly SegmentInfo[])[]
  /** what `upper` overlaps in the output level, older than it; empty when `upper` itself is of that level */
  readonly below: readonly SegmentInfo[]
  readonly outputLevel: number
  /** nothing older lies below: tombstones and deleted ranges are left out */
  readonly dropDeleted: boolean
  /** an output segment of this size is followed by a next one */
  readonly splitBytes: number
  /** ids of value files whose values move to a new one */
  readonly rewrite: ReadonlySet<number>
  /** there is one input, which goes to the output level as it is */
  readonly isMove: boolean
}
