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

export function segmentFileName(id: number): string {
  return `${String(id).padStart(6, '0')}.seg`
}

export function valueFileName(id: number): string {
  return `${String(id).padStart(6, '0')}.val`
}
