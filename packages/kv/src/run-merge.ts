import type { WriteDeps } from './flush-memtable.js'
import type { MergePick } from './levels.js'
import type { Segment } from './segment.js'
import type { LevelEdit } from './segment-info.js'
import type { ValueFiles } from './value-files.js'

export interface MergeDeps extends WriteDeps {
  /** the open segment of an input */
  readonly segment: (id: number) => Segment
  readonly values: ValueFiles
}

/** Carries out a merge; the inputs are not touched. On failure the files it wrote are removed. */
export async function runMerge(pick: MergePick, deps: MergeDeps): Promise<LevelEdit> {
  throw new Error('not yet')
}
