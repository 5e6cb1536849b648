import type { Found } from '../memtable/memtable.js'
import type { Segment } from '../segment/segment.js'
import type { Layers } from './store.js'

/** What the newest layer that knows a key says. @returns at once when no file has to be read; may be a view */
export function lookUp(key: Uint8Array, { memtables, version }: Layers): Found | Promise<Found> {
  for (const memtable of memtables) {
    const found = memtable.get(key)
    if (found !== undefined) return found
  }
  return lookInto(version.segmentsFor(key), 0, key)
}

function lookInto(segments: readonly Segment[], from: number, key: Uint8Array): Found | Promise<Found> {
  for (let i = from; i < segments.length; i++) {
    const found = segments[i]!.get(key)
    if (found instanceof Promise)
      return found.then((read) => (read === undefined ? lookInto(segments, i + 1, key) : read))
    if (found !== undefined) return found
  }
  return undefined
}
