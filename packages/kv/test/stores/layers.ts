import b4a from 'b4a'
import fc from 'fast-check'
import { flushMemtable } from '../../src/compaction/output.js'
import { type Cursor, ValuePointer } from '../../src/cursor/cursor.js'
import { segmentFileName } from '../../src/disk/file-names.js'
import type { Op, Range } from '../../src/engine.js'
import type { SegmentInfo } from '../../src/manifest/levels.js'
import { Memtable } from '../../src/memtable/memtable.js'
import { BlockCache } from '../../src/segment/block-cache.js'
import { Segment } from '../../src/segment/segment.js'
import { ValueFiles } from '../../src/values/reader.js'
import type { MemoryFiles } from './memory-files.js'

/** Keys of which many are prefixes of others. */
export const key: fc.Arbitrary<Uint8Array> = fc
  .array(fc.constantFrom(0, 1, 255), { minLength: 1, maxLength: 5 })
  .map((bytes) => b4a.from(bytes))

export const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('put' as const),
      key,
      value: fc
        .tuple(fc.nat(255), fc.constantFrom(0, 1, 20, 3000, 5000))
        .map(([fill, length]) => b4a.alloc(length, fill))
    })
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('del' as const), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('delRange' as const), start: key, end: key }) }
)

export const range: fc.Arbitrary<Range> = fc.record(
  { gte: key, lt: key, reverse: fc.boolean() },
  { requiredKeys: [] }
)

export function memtableOf(ops: readonly Op[]): Memtable {
  const memtable = new Memtable()
  memtable.apply(ops)
  return memtable
}

/** An entry as a short text: key and value in hex, a long value as its first bytes and length. */
export function entryText(key: string, value: Uint8Array | null): string {
  if (value === null) return `${key} deleted`
  return `${key} = ${b4a.toString(value.subarray(0, 4), 'hex')} × ${value.byteLength}`
}

/** What a store that only ever had these ops holds in a range, in order. */
export function modelEntries(ops: readonly Op[], { gte, lt, reverse }: Range = {}): string[] {
  const model = new Map<string, Uint8Array>()
  for (const each of ops) {
    if (each.type === 'put') model.set(b4a.toString(each.key, 'hex'), each.value)
    else if (each.type === 'del') model.delete(b4a.toString(each.key, 'hex'))
    else
      for (const hex of model.keys())
        if (hex >= b4a.toString(each.start, 'hex') && hex < b4a.toString(each.end, 'hex')) model.delete(hex)
  }
  const entries = Array.from(model)
    .filter(([hex]) => gte === undefined || hex >= b4a.toString(gte, 'hex'))
    .filter(([hex]) => lt === undefined || hex < b4a.toString(lt, 'hex'))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([hex, value]) => entryText(hex, value))
  return reverse ? entries.toReversed() : entries
}

/** A store's segments over files in memory. */
export class Layers {
  readonly files: MemoryFiles
  readonly cache: BlockCache
  readonly values: ValueFiles
  readonly open = new Map<number, Segment>()
  #lastId = 0

  constructor(files: MemoryFiles, cacheBytes = 1 << 20) {
    this.files = files
    this.cache = new BlockCache(cacheBytes)
    this.values = new ValueFiles(files)
  }

  readonly nextId = (): number => ++this.#lastId

  async openSegment(info: SegmentInfo): Promise<Segment> {
    const file = await this.files.open(segmentFileName(info.id))
    const segment = await Segment.open(file, info, this)
    this.open.set(info.id, segment)
    return segment
  }

  /** The ops as one segment of level 0; null when they say nothing. */
  async flush(ops: readonly Op[]): Promise<Segment | null> {
    const edit = await flushMemtable(memtableOf(ops).snapshot(), this)
    return edit.added[0] === undefined ? null : this.openSegment(edit.added[0])
  }

  /** As modelEntries(); pointers are followed. */
  async read(cursor: Cursor): Promise<string[]> {
    const entries: string[] = []
    while (cursor.next() || (await cursor.load())) {
      const { key, value } = cursor
      const bytes = value instanceof ValuePointer ? await this.values.read(value) : value
      entries.push(entryText(b4a.toString(key, 'hex'), bytes))
    }
    return entries
  }
}
