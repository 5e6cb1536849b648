import { overlapping, uniteRanges } from '../bytes/keys.js'
import { mergeCursor } from '../cursor/merge.js'
import type { LevelEdit, SegmentInfo } from '../manifest/levels.js'
import { runSource } from '../segment/run.js'
import type { Segment } from '../segment/segment.js'
import type { ValueFiles } from '../values/reader.js'
import { type WriteDeps, writeSegments } from './output.js'

/** A merge that is to be done: one step of a leveled compaction. */
export interface MergePick {
  /** Newest first. Each is one segment of level 0, or segments of one other level, in order. */
  readonly upper: readonly (readonly SegmentInfo[])[]
  /** What `upper` overlaps in the output level, which is older. Empty if `upper` itself is in that level. */
  readonly below: readonly SegmentInfo[]
  readonly outputLevel: number
  /** Nothing older lies below: leave out tombstones and deleted ranges. */
  readonly dropDeleted: boolean
  /** At this size, an output segment ends and the next one begins. */
  readonly splitBytes: number
  /** Numbers of value files whose values move to a new one. */
  readonly rewrite: ReadonlySet<number>
  /** There is one input, which goes to the output level as it is. */
  readonly isMove: boolean
}

export interface MergeDeps extends WriteDeps {
  /** The open segment of an input; it must stay open until the merge is done. */
  readonly segment: (id: number) => Segment
  readonly values: ValueFiles
}

/**
 * Carries out a merge, which does not change its inputs. The files that it writes are synced; on failure, which includes a
 * `pause()` that rejects, none is left.
 */
export async function runMerge(pick: MergePick, deps: MergeDeps): Promise<LevelEdit> {
  const { outputLevel, dropDeleted, splitBytes, rewrite, isMove } = pick
  const removed = pick.upper.flat().map(({ id }) => id)
  if (isMove) return { removed, level: outputLevel, added: pick.upper.flat(), addedValueFiles: [] }

  const open = ({ id }: SegmentInfo): Segment => deps.segment(id)
  const upper = pick.upper.map((infos) => infos.map(open))
  const below: Segment[] = []
  // No output may span a segment of its level that stays. There may be such segments between inputs that are of the output
  // level themselves, and those of `below` that are not touched stay as well.
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
 * Do newer segments say anything about the keys of a segment? Appending to logs leaves wide gaps between the keys of a flush,
 * and a segment that lies in a gap need not be rewritten.
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
