import {
  LEVEL0_SEGMENTS,
  LEVEL1_BYTES,
  LEVEL_RATIO,
  SEGMENT_BYTES,
  SMALL_VALUE_FILE_BYTES
} from '../defaults.js'

/** How large the levels of a store may become. */
export interface LevelSizes {
  /** How many flushed memtables there may be before they are merged. */
  readonly level0Segments: number
  /** Bytes of level 1; each further level may have `ratio` times as many. */
  readonly level1Bytes: number
  /** How many times as large as the level above it each level below level 1 may be. */
  readonly ratio: number
  /** After how many bytes a merge begins a new segment. */
  readonly segmentBytes: number
  /** Value files of fewer bytes are joined by merges. */
  readonly smallValueFileBytes: number
}

export const DEFAULT_SIZES: LevelSizes = {
  level0Segments: LEVEL0_SEGMENTS,
  level1Bytes: LEVEL1_BYTES,
  ratio: LEVEL_RATIO,
  segmentBytes: SEGMENT_BYTES,
  smallValueFileBytes: SMALL_VALUE_FILE_BYTES
}

/** Bytes at which a level below 0 is merged into the next. */
export function levelTarget(level: number, { level1Bytes, ratio }: LevelSizes = DEFAULT_SIZES): number {
  return level1Bytes * ratio ** (level - 1)
}
