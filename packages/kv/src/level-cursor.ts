import type { Cursor } from './cursor.js'
import type { Range } from './engine.js'
import type { Segment } from './segment.js'

/** Goes over the disjoint segments of one level (or one segment), opening a segment's cursor when it comes to it. */
export function levelCursor(segments: readonly Segment[], range: Range): Cursor {
  throw new Error('not yet')
}
