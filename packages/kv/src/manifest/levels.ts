import b4a from 'b4a'
import { successor } from '../bytes/order.js'
import { overlapping } from '../bytes/ranges.js'

/** What the manifest knows of a segment: an immutable, sorted file of points and deleted ranges. */
export interface SegmentInfo {
  /** names its file; never used again */
  readonly id: number
  /** of the whole file */
  readonly bytes: number
  /** points, tombstones included */
  readonly entries: number
  /** tombstones and deleted ranges: what a merge into the bottom level leaves out */
  readonly deleted: number
  /** Everything the segment says lies in `[start, end)`. */
  readonly start: Uint8Array
  readonly end: Uint8Array
  /** the value files it points into, and how many bytes of each */
  readonly values: readonly ValueShare[]
}

export interface ValueShare {
  readonly file: number
  readonly bytes: number
}

/** A file of large values, which segments point into. */
export interface ValueFileInfo {
  readonly id: number
  /** of the whole file */
  readonly bytes: number
}

/**
 * The segments of a store. levels[0]: flushed memtables, newest first, overlapping. levels[n]: older than
 * level n − 1, in order of their keys, disjoint.
 */
export type Levels = readonly (readonly SegmentInfo[])[]

/** What a flush or a merge changes. Value files that no segment points into any more are to be removed. */
export interface LevelEdit {
  /** ids of segments, of whatever level */
  readonly removed: readonly number[]
  /** to be put into this level (into level 0 as the newest) */
  readonly level: number
  readonly added: readonly SegmentInfo[]
  readonly addedValueFiles: readonly ValueFileInfo[]
}

/** The levels after a flush or a merge. Flushes may have come in since the merge was picked. */
export function applyEdit(levels: Levels, { removed, level, added }: LevelEdit): Levels {
  const gone = new Set(removed)
  const next = levels.map((segments) => segments.filter(({ id }) => !gone.has(id)))
  while (next.length <= level) next.push([])
  next[level]!.unshift(...added)
  if (level > 0) next[level]!.sort((a, b) => b4a.compare(a.start, b.start))
  return next
}

/** The one segment of a level below 0 that may say something of a key. */
export function segmentFor<T extends { readonly info: SegmentInfo }>(
  level: readonly T[],
  key: Uint8Array
): T | undefined {
  return overlapping(level, (segment) => segment.info, { gte: key, lt: successor(key) })[0]
}

/** Bytes that segments point to, by value file. A file that is not in here can be removed. */
export function liveValueBytes(levels: Levels): Map<number, number> {
  const live = new Map<number, number>()
  for (const { values } of levels.flat())
    for (const { file, bytes } of values) live.set(file, (live.get(file) ?? 0) + bytes)
  return live
}
