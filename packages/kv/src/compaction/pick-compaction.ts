import b4a from 'b4a'
import { COMPACT_SPARSE_SHARE, SPARSE_SHARE } from '../defaults.js'
import type { Range } from '../engine.js'
import { DEFAULT_SIZES, type LevelSizes } from './sizes.js'
import type { MergePick } from './merge-pick.js'
import { overlapping } from '../bytes/overlapping.js'
import { mergeDown } from './pick.js'
import { pickRewrite, sparseFiles } from './pick-rewrite.js'
import type { Levels, SegmentInfo, ValueFileInfo } from '../manifest/levels.js'

/**
 * The next merge on the way to a store that holds nothing deleted or overwritten in a range: level by
 * level everything goes to the lowest one, and what is left of value files is moved together. null = done.
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
