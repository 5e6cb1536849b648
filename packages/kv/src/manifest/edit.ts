import b4a from 'b4a'
import { overlapping } from '../bytes/overlapping.js'
import type { LevelEdit, Levels, SegmentInfo } from './levels.js'
import { successor } from '../memtable/memtable.js'

/** The levels after a flush or a merge. Flushes may have come in since the merge was picked. */
export function applyEdit(levels: Levels, { removed, level, added }: LevelEdit): Levels {
  const gone = new Set(removed)
  const next = levels.map((segments) => segments.filter(({ id }) => !gone.has(id)))
  while (next.length <= level) next.push([])
  next[level]!.unshift(...added)
  if (level > 0) next[level]!.sort((a, b) => b4a.compare(a.start, b.start))
  return next
}

/** The one segment of a level below 0 that may say something of a key. */
export function segmentFor<T extends { readonly info: SegmentInfo }>(
  level: readonly T[],
  key: Uint8Array
): T | undefined {
  return overlapping(level, (segment) => segment.info, { gte: key, lt: successor(key) })[0]
}

/** Bytes that segments point to, by value file. A file that is not in here can be removed. */
export function liveValueBytes(levels: Levels): Map<number, number> {
  const live = new Map<number, number>()
  for (const { values } of levels.flat())
    for (const { file, bytes } of values) live.set(file, (live.get(file) ?? 0) + bytes)
  return live
}
