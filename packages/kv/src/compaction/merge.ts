import { overlapping, uniteRanges } from '../bytes/ranges.js'
import { mergeCursor } from '../cursor/merge.js'
import type { LevelEdit, SegmentInfo } from '../manifest/levels.js'
import { runSource } from '../segment/run.js'
import type { Segment } from '../segment/segment.js'
import type { ValueFiles } from '../values/reader.js'
import { type WriteDeps, writeSegments } from './output.js'

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

export interface MergeDeps extends WriteDeps {
  /** the open segment of an input, open until the merge is done */
  readonly segment: (id: number) => Segment
  readonly values: ValueFiles
}

/**
 * Carries out a merge; its inputs are not touched. The files it writes are synced; on failure, which
 * includes a `pause()` that rejects, none is left.
 */
export async function runMerge(pick: MergePick, deps: MergeDeps): Promise<LevelEdit> {
  const { outputLevel, dropDeleted, splitBytes, rewrite, isMove } = pick
  const removed = pick.upper.flat().map(({ id }) => id)
  if (isMove) return { removed, level: outputLevel, added: pick.upper.flat(), addedValueFiles: [] }

  const open = ({ id }: SegmentInfo): Segment => deps.segment(id)
  const upper = pick.upper.map((infos) => infos.map(open))
  const below: Segment[] = []
  // No output may reach over a segment of its level that stays: between segments of the output level
  // itself there may be such, and so may be an untouched one below.
  const cuts =
    pick.upper.length === 1 && pick.below.length === 0 ? pick.upper[0]!.map(({ start }) => start) : []
  for (const segment of pick.below.map(open))
    if (await isTouched(segment.info, upper)) below.push(segment)
    else cuts.push(segment.info.start)

  const sources = [...upper, below].map((segments) => runSource(segments, {}, { isLong: true }))
  const { segments, valueFiles } = await writeSegments(
    mergeCursor(sources, {}, { keepDeleted: !dropDeleted }),
    {
      ranges: dropDeleted ? [] : uniteRanges(sources.map(({ ranges }) => ranges)),
      splitBytes,
      cuts,
      old: { rewrite, values: deps.values }
    },
    deps
  )
  removed.push(...below.map(({ info }) => info.id))
  return { removed, level: outputLevel, added: segments, addedValueFiles: valueFiles }
}

/**
 * Whether newer segments say anything within bounds. Appending to a log leaves wide gaps between the keys
 * of a flush, and what lies in a gap need not be written anew.
 */
async function isTouched(
  { start, end }: SegmentInfo,
  newer: readonly (readonly Segment[])[]
): Promise<boolean> {
  const range = { gte: start, lt: end }
  for (const segments of newer) {
    const { cursor, ranges } = runSource(segments, range)
    if (overlapping(ranges, (each) => each, range).length > 0) return true
    if (cursor.next() || (await cursor.load())) return true
  }
  return false
}
