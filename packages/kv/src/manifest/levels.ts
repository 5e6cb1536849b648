import b4a from 'b4a'
import { overlapping, successor } from '../bytes/keys.js'

/** What the manifest knows about a segment (an SSTable): an immutable, sorted file of points and deleted ranges. */
export interface SegmentInfo {
  /** Names its file, and is never used again. */
  readonly id: number
  /** Size of the whole file. */
  readonly bytes: number
  /** How many points there are, tombstones included. */
  readonly entries: number
  /** How many tombstones and deleted ranges there are: what a merge into the bottom level leaves out. */
  readonly deleted: number
  /** Everything in the segment concerns keys in `[start, end)`. */
  readonly start: Uint8Array
  readonly end: Uint8Array
  /** The value files that it points into, and how many bytes of each. */
  readonly values: readonly ValueShare[]
}

export interface ValueShare {
  readonly file: number
  readonly bytes: number
}

/** A file of large values, into which segments point. */
export interface ValueFileInfo {
  readonly id: number
  /** Size of the whole file. */
  readonly bytes: number
}

/**
 * The segments of a store. levels[0]: flushed memtables, newest first; they may overlap. levels[n]: older than level n − 1, in
 * order of their keys, disjoint.
 */
export type Levels = readonly (readonly SegmentInfo[])[]

/** What a flush or a merge changes. Value files that no segment points into any longer are to be removed. */
export interface LevelEdit {
  /** Numbers of segments, of any level. */
  readonly removed: readonly number[]
  /** The level that `added` is put into; in level 0, as the newest. */
  readonly level: number
  readonly added: readonly SegmentInfo[]
  readonly addedValueFiles: readonly ValueFileInfo[]
}

/** The levels after a flush or a merge. There may have been flushes since the merge was picked. */
export function applyEdit(levels: Levels, { removed, level, added }: LevelEdit): Levels {
  const gone = new Set(removed)
  const next = levels.map((segments) => segments.filter(({ id }) => !gone.has(id)))
  while (next.length <= level) next.push([])
  next[level]!.unshift(...added)
  if (level > 0) next[level]!.sort((a, b) => b4a.compare(a.start, b.start))
  return next
}

/** The only segment of a level below level 0 that may say something about a key. */
export function segmentFor<T extends { readonly info: SegmentInfo }>(
  level: readonly T[],
  key: Uint8Array
): T | undefined {
  return overlapping(level, (segment) => segment.info, { gte: key, lt: successor(key) })[0]
}

/** How many bytes segments point to, by value file. A file that is missing here can be removed. */
export function liveValueBytes(levels: Levels): Map<number, number> {
  const live = new Map<number, number>()
  for (const { values } of levels.flat())
    for (const { file, bytes } of values) live.set(file, (live.get(file) ?? 0) + bytes)
  return live
}
