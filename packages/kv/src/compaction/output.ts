import b4a from 'b4a'
import { type KeyRange, splitRanges } from '../bytes/keys.js'
import type { Cursor } from '../cursor/cursor.js'
import { segmentFileName } from '../disk/file-names.js'
import { type Files, NewFiles } from '../disk/store-files.js'
import type { LevelEdit, SegmentInfo, ValueFileInfo } from '../manifest/levels.js'
import { memtableSource, type ReadonlyMemtable } from '../memtable/memtable.js'
import { SegmentWriter } from '../segment/writer.js'
import type { ValueFiles } from '../values/reader.js'
import { LargeValues } from '../values/writer.js'

export interface WriteDeps {
  readonly files: Files
  /** A number that no file has or ever had, < 2³². */
  readonly nextId: () => number
  /** Awaited before every read and write; may wait while writers are busy. If it rejects, the work is cancelled. */
  readonly pause?: () => Promise<void> | undefined
}

export interface SegmentPlan {
  /** Deleted ranges: in order, disjoint, older than every entry. */
  readonly ranges: readonly KeyRange[]
  /** At this size, a segment ends and the next one begins. */
  readonly splitBytes: number
  /** Keys at which a new segment begins in any case, in order. */
  readonly cuts?: readonly Uint8Array[]
  /** Value files whose values move to new ones, and their reader. */
  readonly old?: { readonly rewrite: ReadonlySet<number>; readonly values: ValueFiles }
}

/**
 * Writes entries as segments, and large values as value files. All of them are synced; on failure none is left.
 * @returns no segment if there is neither an entry nor a range
 */
export async function writeSegments(
  entries: Cursor,
  plan: SegmentPlan,
  deps: WriteDeps
): Promise<{ segments: SegmentInfo[]; valueFiles: ValueFileInfo[] }> {
  const newFiles = new NewFiles(deps.files)
  const large = new LargeValues(newFiles, deps.nextId, plan.old)
  const cuts = plan.cuts?.toReversed() ?? []
  const segments: SegmentInfo[] = []
  let ranges = plan.ranges
  let writer: SegmentWriter | null = null

  /** Ends the segment that lies before a key; without a key, the last one. */
  const finish = async (before?: Uint8Array): Promise<void> => {
    const [inside, rest] = before === undefined ? [ranges, []] : splitRanges(ranges, before)
    if (writer === null && inside.length > 0) writer = await create()
    if (writer !== null) segments.push(await writer.finish(inside))
    writer = null
    ranges = rest
  }
  const create = async (): Promise<SegmentWriter> => {
    const id = deps.nextId()
    return new SegmentWriter(await newFiles.create(segmentFileName(id)), id)
  }

  try {
    for (;;) {
      if (!entries.next()) {
        await deps.pause?.()
        if (!(await entries.load())) break
      }
      const { key, value } = entries
      const stored = large.concerns(value) ? await large.place(value) : value
      while (cuts.length > 0 && b4a.compare(cuts.at(-1)!, key) <= 0) await finish(cuts.pop())
      if (writer !== null && writer.bytes >= plan.splitBytes) await finish(key)
      writer ??= await create()
      writer.add(key, stored)
      if (writer.isFull) {
        await writer.flush()
        await deps.pause?.()
      }
    }
    for (const cut of cuts.toReversed()) await finish(cut)
    await finish()
    return { segments, valueFiles: await large.finish() }
  } catch (err) {
    await newFiles.discard()
    throw err
  }
}

/**
 * Flushes a memtable: writes it as a segment of level 0, and its large values to a value file. The files are synced; on
 * failure none is left.
 */
export async function flushMemtable(memtable: ReadonlyMemtable, deps: WriteDeps): Promise<LevelEdit> {
  const { cursor, ranges } = memtableSource(memtable, {})
  const { segments, valueFiles } = await writeSegments(cursor, { ranges, splitBytes: Infinity }, deps)
  return { removed: [], level: 0, added: segments, addedValueFiles: valueFiles }
}
