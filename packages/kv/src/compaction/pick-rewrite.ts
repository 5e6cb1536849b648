import { REWRITE_SEGMENTS } from '../defaults.js'
import { type Levels, liveValueBytes, type SegmentInfo, type ValueFileInfo } from '../manifest/levels.js'
import type { MergePick } from './merge.js'
import type { LevelSizes } from './sizes.js'

/**
 * A merge that moves what is left of sparse value files to a new one. It rewrites segments of the level that points into
 * them most.
 * @param share      a file with a smaller share of live bytes is sparse
 * @param deadShare  nothing is done as long as dead values make up at most this share of the store's bytes
 */
export function pickRewrite(
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
export function sparseFiles(
  levels: Levels,
  valueFiles: readonly ValueFileInfo[],
  share: number
): Set<number> {
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
