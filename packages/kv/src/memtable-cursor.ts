import type { Cursor } from './cursor.js'
import type { Range } from './engine.js'
import type { MemtableView } from './memtable.js'

export function memtableCursor(view: MemtableView, range: Range): Cursor {
  throw new Error('not yet')
}
