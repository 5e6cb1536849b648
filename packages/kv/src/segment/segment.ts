import { crc32 } from 'crc-universal'
import { compareSlice, decodeRanges, type KeyRange, rangeIndex } from '../bytes/keys.js'
import { type Cursor, type Found, type Stored, ValuePointer } from '../cursor/cursor.js'
import type { FileReader } from '../disk/store-files.js'
import type { Range } from '../engine.js'
import type { SegmentInfo } from '../manifest/levels.js'
import type { ValueFiles } from '../values/reader.js'
import type { BlockCache } from './block-cache.js'
import { SegmentIndex } from './block-index.js'
import { Block } from './block.js'
import { bloomHas } from './bloom.js'
import { type BlockSource, SegmentCursor } from './cursor.js'
import { corruptSegment, decodeFooter, FOOTER_BYTES } from './footer.js'

export interface SegmentDeps {
  readonly cache: BlockCache
  readonly values: ValueFiles
}

/**
 * An open segment, which is an SSTable (sorted string table): an immutable file of entries in the order of their keys. Its
 * index, Bloom filter and deleted ranges are in memory; its blocks are read when they are needed. Reads may run side by side.
 */
export class Segment implements BlockSource {
  readonly info: SegmentInfo
  readonly index: SegmentIndex
  /** Deleted ranges: in order, disjoint. Every point of this segment is newer than they are. */
  readonly ranges: readonly KeyRange[]
  readonly #bloom: Uint8Array
  readonly #file: FileReader
  readonly #deps: SegmentDeps
  /** by index: blocks that are being read, so that each is read only once */
  readonly #reading = new Map<number, Promise<Block>>()

  /**
   * Opens a segment with two reads of the file.
   * @throws ENGINE_CORRUPT, ENGINE_VERSION
   */
  static async open(file: FileReader, info: SegmentInfo, deps: SegmentDeps): Promise<Segment> {
    const end = info.bytes - FOOTER_BYTES
    if (end < 0 || file.bytes !== info.bytes)
      throw corruptSegment(info.id, file.bytes, `the file should have ${info.bytes} bytes`)
    const footer = decodeFooter(await file.read(end, FOOTER_BYTES), info.id, end)
    const { blocks, blockBytes, rangeBytes, indexBytes, crc } = footer
    const tail = await file.read(blockBytes, end - blockBytes)
    if (crc32(tail) !== crc) throw corruptSegment(info.id, blockBytes, 'ranges, index or filter are damaged')

    return new Segment(file, info, deps, {
      ranges: decodeRanges(tail.subarray(0, rangeBytes)),
      index: new SegmentIndex(tail.subarray(rangeBytes, rangeBytes + indexBytes), blocks),
      bloom: tail.subarray(rangeBytes + indexBytes)
    })
  }

  private constructor(
    file: FileReader,
    info: SegmentInfo,
    deps: SegmentDeps,
    parts: { ranges: KeyRange[]; index: SegmentIndex; bloom: Uint8Array }
  ) {
    this.info = info
    this.index = parts.index
    this.ranges = parts.ranges
    this.#bloom = parts.bloom
    this.#file = file
    this.#deps = deps
  }

  /** @returns no promise, if no file has to be read; a value is a subarray: copy it before you give it away */
  get(key: Uint8Array): Found | Promise<Found> {
    const index = bloomHas(this.#bloom, key) ? this.index.blocksBefore(key, true) - 1 : -1
    if (index < 0) return this.#rangeAt(key)
    const block = this.#deps.cache.get(this.info.id, this.index.start(index))
    if (block !== undefined) return this.#found(key, block.get(key))
    return this.readBlock(index).then((read) => this.#found(key, read.get(key)))
  }

  /**
   * Goes over the points of a range, tombstones included, but not over the deleted ranges.
   * @param options  isLong: read far ahead from the start, and leave the cache alone
   */
  cursor(range: Range = {}, options: { isLong?: boolean } = {}): Cursor {
    return new SegmentCursor(this, range, options)
  }

  /** From the cache, else read and put there. @throws ENGINE_CORRUPT */
  async readBlock(index: number): Promise<Block> {
    const { cache } = this.#deps
    const offset = this.index.start(index)
    const cached = this.cachedBlock(index)
    if (cached !== undefined) return cached
    let reading = this.#reading.get(index)
    if (reading === undefined) {
      reading = this.readBlocks(index, index + 1).then(([block]) => block!)
      this.#reading.set(index, reading)
      void reading
        .then(
          (block) => cache.set(this.info.id, offset, block),
          () => {} // whoever reads gets the error
        )
        .then(() => this.#reading.delete(index))
    }
    return reading
  }

  cachedBlock(index: number): Block | undefined {
    return this.#deps.cache.get(this.info.id, this.index.start(index))
  }

  /** Blocks `[from, to)` in one read, past the cache. @throws ENGINE_CORRUPT */
  async readBlocks(from: number, to: number): Promise<Block[]> {
    const start = this.index.start(from)
    const bytes = await this.#file.read(start, this.index.end(to - 1) - start)
    const blocks: Block[] = []
    for (let i = from; i < to; i++) {
      const block = bytes.subarray(this.index.start(i) - start, this.index.end(i) - start)
      if (crc32(block) !== this.index.crc(i))
        throw corruptSegment(this.info.id, this.index.start(i), 'a block is damaged')
      blocks.push(new Block(block))
    }
    return blocks
  }

  #found(key: Uint8Array, stored: Stored | undefined): Found | Promise<Found> {
    if (stored instanceof ValuePointer) return this.#deps.values.read(stored)
    return stored === undefined ? this.#rangeAt(key) : stored
  }

  #rangeAt(key: Uint8Array): null | undefined {
    const range = this.ranges[rangeIndex(this.ranges, key)]
    return range !== undefined && compareSlice(range.start, 0, range.start.byteLength, key) <= 0
      ? null
      : undefined
  }
}
