import { aSize, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
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

const TABLE = {
  level0Segments: { check: aSize, default: LEVEL0_SEGMENTS, unit: 'segments' },
  level1Bytes: { check: aSize, default: LEVEL1_BYTES, unit: 'bytes' },
  ratio: { check: aSize, default: LEVEL_RATIO, unit: 'times' },
  segmentBytes: { check: aSize, default: SEGMENT_BYTES, unit: 'bytes' },
  smallValueFileBytes: { check: aSize, default: SMALL_VALUE_FILE_BYTES, unit: 'bytes' }
} satisfies OptionTable<LevelSizes>

export const DEFAULT_SIZES: LevelSizes = readLevelSizes('levelSizes', undefined)

/** @throws BAD_ARGUMENT */
export function readLevelSizes(field: string, sizes: unknown): LevelSizes {
  return readOptions(sizes as Partial<LevelSizes> | undefined, TABLE, field)
}

/** Bytes at which a level below 0 is merged into the next. */
export function levelTarget(level: number, { level1Bytes, ratio }: LevelSizes = DEFAULT_SIZES): number {
  return level1Bytes * ratio ** (level - 1)
}
