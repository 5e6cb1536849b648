import b4a from 'b4a'
import { crc32 } from 'crc-universal'
import { encodeRanges, type KeyRange, successor } from '../bytes/keys.js'
import { type Stored, ValuePointer } from '../cursor/cursor.js'
import { type FileWriter, WriteBuffer } from '../disk/store-files.js'
import type { SegmentInfo } from '../manifest/levels.js'
import { SegmentIndexBuilder } from './block-index.js'
import { BlockWriter } from './block.js'
import { BloomBuilder } from './bloom.js'
import { encodeFooter } from './footer.js'

/** Writes one segment (SSTable). */
export class SegmentWriter {
  readonly #id: number
  readonly #buffer: WriteBuffer
  readonly #block = new BlockWriter()
  readonly #index = new SegmentIndexBuilder()
  readonly #bloom = new BloomBuilder()
  readonly #values = new Map<number, number>()
  #entries = 0
  #tombstones = 0
  #firstKey: Uint8Array | null = null
  #lastKey: Uint8Array | null = null
  #blockKey: Uint8Array | null = null

  constructor(file: FileWriter, id: number) {
    this.#id = id
    this.#buffer = new WriteBuffer(file)
  }

  /** Bytes of its blocks so far. */
  get bytes(): number {
    return this.#buffer.bytes + this.#block.bytes
  }

  /** True = call flush() before the next add(). */
  get isFull(): boolean {
    return this.#buffer.isFull
  }

  /** @param key  comes after the last one; kept, not copied */
  add(key: Uint8Array, stored: Stored): void {
    if (this.#block.isFull) this.#finishBlock()
    this.#blockKey ??= key
    this.#firstKey ??= key
    this.#lastKey = key
    this.#block.add(key, stored)
    this.#bloom.add(key)
    this.#entries++
    if (stored === null) this.#tombstones++
    else if (stored instanceof ValuePointer)
      this.#values.set(stored.file, (this.#values.get(stored.file) ?? 0) + stored.length)
  }

  flush(): Promise<void> {
    return this.#buffer.flush()
  }

  /**
   * Ends the segment; the file is synced.
   * @param ranges  in order, disjoint, older than every point
   */
  async finish(ranges: readonly KeyRange[]): Promise<SegmentInfo> {
    if (!this.#block.isEmpty) this.#finishBlock()
    const blockBytes = this.#buffer.bytes
    const parts = [encodeRanges(ranges), this.#index.finish(), this.#bloom.finish()] as const
    const tail = b4a.concat([...parts])
    this.#buffer.write(tail)
    this.#buffer.write(
      encodeFooter({
        id: this.#id,
        blocks: this.#index.blocks,
        blockBytes,
        rangeBytes: parts[0].byteLength,
        indexBytes: parts[1].byteLength,
        bloomBytes: parts[2].byteLength,
        crc: crc32(tail)
      })
    )
    await this.#buffer.finish()

    return {
      id: this.#id,
      bytes: this.#buffer.bytes,
      entries: this.#entries,
      deleted: this.#tombstones + ranges.length,
      ...bounds(this.#firstKey, this.#lastKey, ranges),
      values: Array.from(this.#values, ([file, bytes]) => ({ file, bytes }))
    }
  }

  #finishBlock(): void {
    const block = this.#block.finish()
    this.#buffer.write(block)
    this.#index.add(this.#blockKey!, this.#buffer.bytes, crc32(block))
    this.#blockKey = null
  }
}

/** The half-open interval that contains the points and the ranges. They are copies, because they are kept for long. */
function bounds(
  firstKey: Uint8Array | null,
  lastKey: Uint8Array | null,
  ranges: readonly KeyRange[]
): { start: Uint8Array; end: Uint8Array } {
  const starts = ranges.slice(0, 1).map((range) => range.start)
  const ends = ranges.slice(-1).map((range) => range.end)
  if (firstKey !== null) starts.push(firstKey)
  if (lastKey !== null) ends.push(successor(lastKey))
  starts.sort(b4a.compare)
  ends.sort(b4a.compare)
  return { start: copy(starts[0]!), end: copy(ends.at(-1)!) }
}

/** Copies bytes outside the shared pool, all of which they would keep alive. */
function copy(bytes: Uint8Array): Uint8Array {
  const own = b4a.alloc(bytes.byteLength)
  own.set(bytes)
  return own
}
