import b4a from 'b4a'
import type { Cursor } from '../cursor/cursor.js'
import { splitRanges } from '../bytes/ranges.js'
import type { Files } from '../disk/file-access.js'
import { LargeValues } from '../values/writer.js'
import type { DeletedRange } from '../memtable/memtable.js'
import { NewFiles } from '../disk/new-files.js'
import { type SegmentInfo, type ValueFileInfo, segmentFileName } from '../manifest/levels.js'
import { SegmentWriter } from '../segment/writer.js'
import type { ValueFiles } from '../values/reader.js'

export interface WriteDeps {
  readonly files: Files
  /** a number that no file has or had, < 2³² */
  readonly nextId: () => number
  /** Awaited before every read and write: may wait while writers are busy. When it rejects, the work is given up. */
  readonly pause?: () => Promise<void> | undefined
}

export interface SegmentPlan {
  /** in order, disjoint; older than every entry */
  readonly ranges: readonly DeletedRange[]
  /** a segment of this size is followed by a next one */
  readonly splitBytes: number
  /** keys at which a new segment begins at any rate, in order */
  readonly cuts?: readonly Uint8Array[]
  /** value files whose values move to new ones */
  readonly old?: { readonly rewrite: ReadonlySet<number>; readonly values: ValueFiles }
}

/**
 * Writes entries as segments, large values as value files; all are synced. On failure none is left.
 * @returns none when there is neither an entry nor a range
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

  /** Ends the segment before a key, or the last one. */
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
