import b4a from 'b4a'
import type { Cursor } from '../cursor/cursor.js'
import type { Entry, Range } from '../engine.js'
import { levelSource } from '../segment/run.js'
import { memtableSource } from '../memtable/cursor.js'
import { mergeCursor } from '../cursor/merge.js'
import type { Layers } from './store.js'
import type { ValuePointer } from '../cursor/value-pointer.js'

/** What there is in a range, over all layers. */
export function layersCursor({ memtables, version }: Layers, range: Range): Cursor {
  const [level0 = [], ...levels] = version.segments
  const sources = [
    ...memtables.map((memtable) => memtableSource(memtable, range)),
    ...[...level0.map((segment) => [segment]), ...levels].map((segments) => levelSource(segments, range))
  ]
  return mergeCursor(sources, range)
}

/** The next entries of a cursor that gives no tombstones; fresh copies. */
export async function takeEntries(
  cursor: Cursor,
  max: number,
  readValue: (pointer: ValuePointer) => Promise<Uint8Array>
): Promise<Entry[]> {
  const taken: (Entry | Promise<Entry>)[] = []
  while (taken.length < max && (cursor.next() || (await cursor.load()))) {
    const key = b4a.from(cursor.key)
    const value = cursor.value!
    if (value instanceof Uint8Array) taken.push({ key, value: b4a.from(value) })
    else taken.push(readValue(value).then((read) => ({ key, value: read })))
  }
  return Promise.all(taken)
}
