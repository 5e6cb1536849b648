import b4a from 'b4a'
import { type KeyRange, overlapping } from '../bytes/keys.js'
import { COMPACT_SPARSE_SHARE, DEAD_SHARE, REWRITE_SEGMENTS, SPARSE_SHARE } from '../defaults.js'
import type { Range } from '../engine.js'
import { type Levels, liveValueBytes, type SegmentInfo, type ValueFileInfo } from '../manifest/levels.js'
import type { MergePick } from './merge.js'
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

/**
 * A merge that moves what is left of sparse value files to a new one. It rewrites segments of the level that points into
 * them most.
 * @param share      a file with a smaller share of live bytes is sparse
 * @param deadShare  nothing is done as long as dead values make up at most this share of the store's bytes
 */
function pickRewrite(
  levels: Levels,
  valueFiles: readonly ValueFileInfo[],
  share: number,
  deadShare: number,
  sizes: LevelSizes
): MergePick | null {
  const live = liveValueBytes(levels)
  const used = valueFiles.filter(({ id }) => live.has(id))
  const stored = sum(used) + sum(levels.flat())
  const dead = used.reduce((bytes, file) => bytes + file.bytes - live.get(file.id)!, 0)
  const rewrite = sparseFiles(levels, valueFiles, share)
  if (rewrite.size === 0 || dead <= deadShare * stored) return null

  // A value file of level 0 was written by one flush, and all of it is live.
  let best: { level: number; bytes: number } | null = null
  for (let level = 1; level < levels.length; level++) {
    const bytes = levels[level]!.reduce((all, segment) => all + bytesIn(segment, rewrite), 0)
    if (bytes > (best?.bytes ?? 0)) best = { level, bytes }
  }
  if (best === null) return null
  const inputs = levels[best.level]!.filter((segment) => bytesIn(segment, rewrite) > 0).slice(
    0,
    REWRITE_SEGMENTS
  )
  return {
    upper: [inputs],
    below: [],
    outputLevel: best.level,
    dropDeleted: false,
    splitBytes: sizes.segmentBytes,
    rewrite,
    isMove: false
  }
}

/** Numbers of the value files that segments point into and that have a smaller share of live bytes than this. */
function sparseFiles(levels: Levels, valueFiles: readonly ValueFileInfo[], share: number): Set<number> {
  const live = liveValueBytes(levels)
  const sparse = valueFiles.filter(({ id, bytes }) => live.has(id) && live.get(id)! < share * bytes)
  return new Set(sparse.map(({ id }) => id))
}

function bytesIn({ values }: SegmentInfo, files: ReadonlySet<number>): number {
  return values.reduce((bytes, value) => bytes + (files.has(value.file) ? value.bytes : 0), 0)
}

function sum(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((all, { bytes }) => all + bytes, 0)
}
