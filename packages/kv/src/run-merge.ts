import { SEGMENT_BYTES } from './defaults.js'
import { uniteRanges } from './deleted-ranges.js'
import { levelSource } from './level-source.js'
import type { MergePick } from './pick-merge.js'
import { mergeCursor } from './merge-cursor.js'
import type { Segment } from './segment.js'
import type { LevelEdit } from './segment-info.js'
import type { ValueFiles } from './value-files.js'
import { type WriteDeps, writeSegments } from './write-segments.js'

export interface MergeDeps extends WriteDeps {
  /** the open segment of an input, open until the merge is done */
  readonly segment: (id: number) => Segment
  readonly values: ValueFiles
}

/**
 * Carries out a merge; its inputs are not touched. The files it writes are synced; on failure, which
 * includes a `pause()` that rejects, none is left.
 */
export async function runMerge(pick: MergePick, deps: MergeDeps): Promise<LevelEdit> {
  const inputs = pick.inputs.flat()
  const edit = { removed: inputs.map(({ id }) => id), level: pick.outputLevel }
  if (pick.isMove) return { ...edit, added: inputs, addedValueFiles: [] }

  const sources = pick.inputs.map((segments) =>
    levelSource(
      segments.map(({ id }) => deps.segment(id)),
      {},
      { isLong: true }
    )
  )
  const entries = mergeCursor(sources, {}, { keepDeleted: !pick.dropDeleted })
  const ranges = pick.dropDeleted ? [] : uniteRanges(sources.map((source) => source.ranges))
  // Segments of one level that are written anew may have others between them.
  const cuts = pick.inputs.length === 1 ? inputs.slice(1).map(({ start }) => start) : []
  const { segments, valueFiles } = await writeSegments(
    entries,
    { ranges, splitBytes: SEGMENT_BYTES, cuts, old: { rewrite: pick.rewrite, values: deps.values } },
    deps
  )
  return { ...edit, added: segments, addedValueFiles: valueFiles }
}
