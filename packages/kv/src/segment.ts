import type { BlockCache } from './block-cache.js'
import type { Cursor } from './cursor.js'
import type { Range } from './engine.js'
import type { FileReader } from './file-access.js'
import type { DeletedRange, Found } from './memtable.js'
import type { SegmentInfo } from './segment-info.js'
import type { ValueFiles } from './value-files.js'

export interface SegmentDeps {
  readonly cache: BlockCache
  readonly values: ValueFiles
}

/** An open segment. Reads may run side by side. */
export class Segment {
  readonly info: SegmentInfo
  /** in order, disjoint; a point of this segment is newer than them */
  readonly ranges: readonly DeletedRange[]

  /** Reads index and filter. The segment owns `file` from here on, also when this rejects. @throws ENGINE_CORRUPT, ENGINE_VERSION */
  static async open(file: FileReader, info: SegmentInfo, deps: SegmentDeps): Promise<Segment> {
    throw new Error('not yet')
  }

  private constructor(info: SegmentInfo, ranges: readonly DeletedRange[]) {
    this.info = info
    this.ranges = ranges
  }

  /** @returns at once when no file has to be read; a value is a view: copy it before it is given away */
  get(key: Uint8Array): Found | Promise<Found> {
    throw new Error('not yet')
  }

  /** Points of the range, tombstones included, without the deleted ranges. */
  cursor(range?: Range, options?: { fillCache?: boolean }): Cursor {
    throw new Error('not yet')
  }

  close(): Promise<void> {
    throw new Error('not yet')
  }
}
