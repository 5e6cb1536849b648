import b4a from 'b4a'
import { type KeyRange, overlapping } from '../bytes/ranges.js'
import { COMPACT_SPARSE_SHARE, DEAD_SHARE, SPARSE_SHARE } from '../defaults.js'
import type { Range } from '../engine.js'
import type { Levels, SegmentInfo, ValueFileInfo } from '../manifest/levels.js'
import type { MergePick } from './merge.js'
import { pickRewrite, sparseFiles } from './pick-rewrite.js'
import { DEFAULT_SIZES, type LevelSizes, levelTarget } from './sizes.js'

/** The merge that is needed most; null = none is needed. */
export function pickMerge(
  levels: Levels,
  valueFiles: readonly ValueFileInfo[],
  sizes: LevelSizes = DEFAULT_SIZES
): MergePick | null {
  let level = -1
  let most = 1
  for (const [n, segments] of levels.entries()) {
    const fullness =
      n === 0 ? segments.length / sizes.level0Segments : bytesOf(segments) / levelTarget(n, sizes)
    if (fullness >= most) {
      level = n
      most = fullness
    }
  }
  if (level === 0) return mergeDown(levels, 0, levels[0]!, valueFiles, sizes)
  if (level > 0) return mergeDown(levels, level, [cheapest(levels, level)], valueFiles, sizes)
  return pickRewrite(levels, valueFiles, SPARSE_SHARE, DEAD_SHARE, sizes)
}

/** A merge of segments of a level (of level 0: all of them) with those that they overlap in the next level. */
function mergeDown(
  levels: Levels,
  level: number,
  segments: readonly SegmentInfo[],
  valueFiles: readonly ValueFileInfo[],
  sizes: LevelSizes
): MergePick {
  const below = segmentsIn(levels[level + 1], hull(segments))
  const all = [...segments, ...below]
  const dropDeleted = levels.slice(level + 2).every((older) => segmentsIn(older, hull(all)).length === 0)
  return {
    upper: level === 0 ? segments.map((segment) => [segment]) : [segments],
    below,
    outputLevel: level + 1,
    dropDeleted,
    splitBytes: sizes.segmentBytes,
    rewrite: new Set([
      ...sparseFiles(levels, valueFiles, SPARSE_SHARE),
      ...smallFiles(all, valueFiles, sizes.smallValueFileBytes)
    ]),
    isMove: all.length === 1 && !(dropDeleted && all[0]!.deleted > 0)
  }
}

/** The segment that makes a merge rewrite the fewest bytes of the next level for each of its own. */
function cheapest(levels: Levels, level: number): SegmentInfo {
  const cost = (segment: SegmentInfo): number =>
    bytesOf(segmentsIn(levels[level + 1], segment)) / segment.bytes
  return levels[level]!.reduce((best, segment) => (cost(segment) < cost(best) ? segment : best))
}

/** The small value files that segments point into, if there are several of them to be joined. */
function smallFiles(
  segments: readonly SegmentInfo[],
  valueFiles: readonly ValueFileInfo[],
  limit: number
): number[] {
  const used = new Set(segments.flatMap(({ values }) => values.map(({ file }) => file)))
  const small = valueFiles.filter(({ id, bytes }) => used.has(id) && bytes < limit)
  return small.length > 1 ? small.map(({ id }) => id) : []
}

function segmentsIn(level: readonly SegmentInfo[] = [], { start, end }: KeyRange): SegmentInfo[] {
  return overlapping(level, (segment) => segment, { gte: start, lt: end })
}

function hull(segments: readonly SegmentInfo[]): KeyRange {
  return segments.reduce<KeyRange>(
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

/**
 * The next merge on the way to a store that has nothing deleted or overwritten in a range: level by level, everything goes to
 * the lowest one, and what is left of value files is moved together. Null = there is nothing left to do.
 */
export function pickCompaction(
  levels: Levels,
  valueFiles: readonly ValueFileInfo[],
  range: Range = {},
  sizes: LevelSizes = DEFAULT_SIZES
): MergePick | null {
  const bottom = Math.max(
    1,
    levels.findLastIndex((segments) => segments.length > 0)
  )
  if (levels[0]?.some((segment) => touches(segment, range)))
    return mergeDown(levels, 0, levels[0], valueFiles, sizes)
  for (let level = 1; level < bottom; level++) {
    const [segment] = overlapping(levels[level]!, (each) => each, range)
    if (segment !== undefined) return mergeDown(levels, level, [segment], valueFiles, sizes)
  }
  const unclean = overlapping(levels[bottom] ?? [], (each) => each, range).find(({ deleted }) => deleted > 0)
  if (unclean !== undefined) {
    return {
      upper: [[unclean]],
      below: [],
      outputLevel: bottom,
      dropDeleted: true,
      splitBytes: sizes.segmentBytes,
      rewrite: sparseFiles(levels, valueFiles, SPARSE_SHARE),
      isMove: false
    }
  }
  return pickRewrite(levels, valueFiles, COMPACT_SPARSE_SHARE, 0, sizes)
}

function touches({ start, end }: SegmentInfo, { gte, lt }: Range): boolean {
  return (gte === undefined || b4a.compare(end, gte) > 0) && (lt === undefined || b4a.compare(start, lt) < 0)
}
