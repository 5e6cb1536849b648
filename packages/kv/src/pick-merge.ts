import b4a from 'b4a'
import {
  DEAD_SHARE,
  LEVEL0_SEGMENTS,
  LEVEL1_BYTES,
  LEVEL_RATIO,
  SMALL_VALUE_FILE_BYTES,
  SPARSE_SHARE
} from './defaults.js'
import { type Bounds, overlapping } from './overlapping.js'
import { pickRewrite, sparseFiles } from './pick-rewrite.js'
import type { Levels, SegmentInfo, ValueFileInfo } from './segment-info.js'

/** A merge to be done. */
export interface MergePick {
  /** newest first; each is one segment of level 0, or segments of one level in order */
  readonly inputs: readonly (readonly SegmentInfo[])[]
  readonly outputLevel: number
  /** nothing older lies below: tombstones and deleted ranges are left out */
  readonly dropDeleted: boolean
  /** ids of value files whose values move to a new one */
  readonly rewrite: ReadonlySet<number>
  /** there is one input, which goes to the output level as it is */
  readonly isMove: boolean
}

/** The merge that is needed most; null = none is. */
export function pickMerge(levels: Levels, valueFiles: readonly ValueFileInfo[]): MergePick | null {
  let level = -1
  let most = 1
  for (const [n, segments] of levels.entries()) {
    const fullness = n === 0 ? segments.length / LEVEL0_SEGMENTS : bytesOf(segments) / levelTarget(n)
    if (fullness >= most) {
      level = n
      most = fullness
    }
  }
  if (level === 0) return mergeDown(levels, 0, levels[0]!, valueFiles)
  if (level > 0) return mergeDown(levels, level, [cheapest(levels, level)], valueFiles)
  return pickRewrite(levels, valueFiles, SPARSE_SHARE, DEAD_SHARE)
}

/** Bytes above which a level is merged into the next. */
export function levelTarget(level: number): number {
  return LEVEL1_BYTES * LEVEL_RATIO ** (level - 1)
}

/** Merges segments of a level (all of them, of level 0) with what they overlap in the next level. */
export function mergeDown(
  levels: Levels,
  level: number,
  segments: readonly SegmentInfo[],
  valueFiles: readonly ValueFileInfo[]
): MergePick {
  const below = segmentsIn(levels[level + 1], hull(segments))
  const all = [...segments, ...below]
  const dropDeleted = levels.slice(level + 2).every((older) => segmentsIn(older, hull(all)).length === 0)
  const upper = level === 0 ? segments.map((segment) => [segment]) : [segments]
  return {
    inputs: below.length === 0 ? upper : [...upper, below],
    outputLevel: level + 1,
    dropDeleted,
    rewrite: new Set([...sparseFiles(levels, valueFiles, SPARSE_SHARE), ...smallFiles(all, valueFiles)]),
    isMove: all.length === 1 && !(dropDeleted && all[0]!.deleted > 0)
  }
}

/** The segment that rewrites the fewest bytes of the next level for each of its own. */
function cheapest(levels: Levels, level: number): SegmentInfo {
  const cost = (segment: SegmentInfo): number =>
    bytesOf(segmentsIn(levels[level + 1], segment)) / segment.bytes
  return levels[level]!.reduce((best, segment) => (cost(segment) < cost(best) ? segment : best))
}

/** Small value files that the segments point into, when there are several to be joined. */
function smallFiles(segments: readonly SegmentInfo[], valueFiles: readonly ValueFileInfo[]): number[] {
  const used = new Set(segments.flatMap(({ values }) => values.map(({ file }) => file)))
  const small = valueFiles.filter(({ id, bytes }) => used.has(id) && bytes < SMALL_VALUE_FILE_BYTES)
  return small.length > 1 ? small.map(({ id }) => id) : []
}

function segmentsIn(level: readonly SegmentInfo[] = [], { start, end }: Bounds): SegmentInfo[] {
  return overlapping(level, (segment) => segment, { gte: start, lt: end })
}

function hull(segments: readonly SegmentInfo[]): Bounds {
  return segments.reduce<Bounds>(
    (all, { start, end }) => ({
      start: b4a.compare(start, all.start) < 0 ? start : all.start,
      end: b4a.compare(end, all.end) > 0 ? end : all.end
    }),
    segments[0]!
  )
}

function bytesOf(segments: readonly SegmentInfo[]): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0)
}
