import type { MemtableView } from '../memtable/memtable.js'
import { memtableSource } from '../memtable/cursor.js'
import type { LevelEdit } from '../manifest/levels.js'
import { type WriteDeps, writeSegments } from './output.js'

/**
 * Writes a memtable as a segment of level 0, its large values to a value file. The files are synced; on
 * failure none is left.
 */
export async function flushMemtable(view: MemtableView, deps: WriteDeps): Promise<LevelEdit> {
  const { cursor, ranges } = memtableSource(view, {})
  const { segments, valueFiles } = await writeSegments(cursor, { ranges, splitBytes: Infinity }, deps)
  return { removed: [], level: 0, added: segments, addedValueFiles: valueFiles }
}
