import type { Files } from './file-access.js'
import type { MemtableView } from './memtable.js'
import type { LevelEdit } from './segment-info.js'

export interface WriteDeps {
  readonly files: Files
  /** a number no file has or had */
  readonly nextId: () => number
  /** Awaited between blocks: may wait while writers are busy. When it rejects the work is given up and its files are removed. */
  readonly pause?: () => Promise<void> | undefined
}

/** Writes a memtable as a segment of level 0; its large values to a value file. The files are synced. */
export async function flushMemtable(view: MemtableView, deps: WriteDeps): Promise<LevelEdit> {
  throw new Error('not yet')
}
