import b4a from 'b4a'
import { compareKeys } from '../bytes/keys.js'
import type { Cursor, Stored } from '../cursor/cursor.js'
import { READ_AHEAD_BLOCKS } from '../defaults.js'
import type { Range } from '../engine.js'
import type { SegmentIndex } from './block-index.js'
import type { Block, EntryGroup } from './block.js'

const NONE: EntryGroup = { keys: [], values: [] }
const NO_KEY: Uint8Array = b4a.alloc(0)

/** What a cursor needs of its segment. */
export interface BlockSource {
  readonly index: SegmentIndex
  cachedBlock(index: number): Block | undefined
  /** From the cache, else read and put there. @throws ENGINE_CORRUPT */
  readBlock(index: number): Promise<Block>
  /** Blocks `[from, to)` in one read, past the cache. @throws ENGINE_CORRUPT */
  readBlocks(from: number, to: number): Promise<Block[]>
}

/** Goes over the points of one segment, block by block. */
export class SegmentCursor implements Cursor {
  key: Uint8Array = NO_KEY
  value: Stored = null
  readonly #segment: BlockSource
  readonly #step: 1 | -1
  /** the range ends here: `lt`; backwards, `gte` */
  readonly #bound: Uint8Array | undefined
  /** the block in which the range ends */
  readonly #lastIndex: number
  /** index of the present block, or of the one that load() comes to next */
  #index: number
  /** where to begin in the next block: at this key or after it; backwards, before it */
  #target: Uint8Array | undefined
  #block: Block | null = null
  #groupIndex = 0
  #group = NONE
  #at = 0
  /** blocks that were read ahead, by index */
  #ahead = new Map<number, Block>()
  #run: number

  constructor(
    segment: BlockSource,
    { gte, lt, reverse = false }: Range,
    { isLong = false }: { isLong?: boolean }
  ) {
    const { index } = segment
    const first = gte === undefined ? 0 : Math.max(0, index.blocksBefore(gte, true) - 1)
    const last = (lt === undefined ? index.blocks : index.blocksBefore(lt, false)) - 1
    this.#segment = segment
    this.#step = reverse ? -1 : 1
    this.#bound = reverse ? gte : lt
    this.#target = reverse ? lt : gte
    this.#index = reverse ? last : first
    this.#lastIndex = reverse ? first : last
    this.#run = isLong ? READ_AHEAD_BLOCKS : 1
  }

  next(): boolean {
    if (this.#block === null) return false
    this.#at += this.#step
    while (this.#at < 0 || this.#at >= this.#group.keys.length) {
      if (!this.#enterGroup(this.#groupIndex + this.#step)) {
        this.#leaveFor(this.#index + this.#step)
        return false
      }
      this.#at = this.#step === 1 ? 0 : this.#group.keys.length - 1
    }
    this.key = this.#group.keys[this.#at]!
    this.value = this.#group.values[this.#at]!
    if (this.#index !== this.#lastIndex || this.#bound === undefined) return true
    const order = compareKeys(this.key, this.#bound)
    if (this.#step === 1 ? order < 0 : order >= 0) return true
    this.#leaveFor(this.#lastIndex + this.#step)
    return false
  }

  async load(): Promise<boolean> {
    while (this.#block === null && this.#step * (this.#lastIndex - this.#index) >= 0) {
      this.#block = await this.#read()
      if (this.#target !== undefined) this.#seek(this.#block, this.#target)
      else {
        this.#enterGroup(this.#step === 1 ? 0 : this.#block.groups - 1)
        this.#at = this.#step === 1 ? -1 : this.#group.keys.length
      }
      this.#target = undefined
      if (this.next()) return true
    }
    return false
  }

  skip(to: Uint8Array): boolean {
    if (this.#block === null) return false
    const index = this.#segment.index.blocksBefore(to, this.#step === 1) - 1
    if (this.#step * (index - this.#index) > 0) {
      this.#target = to
      this.#leaveFor(index)
      return false
    }
    this.#seek(this.#block, to)
    return this.next()
  }

  /** Goes to just before the first entry that is not before `target`; backwards, to that entry. */
  #seek(block: Block, target: Uint8Array): void {
    this.#enterGroup(block.groupOf(target))
    const { keys } = this.#group
    let at = 0
    while (at < keys.length && compareKeys(keys[at]!, target) < 0) at++
    this.#at = this.#step === 1 ? at - 1 : at
  }

  #enterGroup(index: number): boolean {
    if (this.#block === null || index < 0 || index >= this.#block.groups) return false
    this.#groupIndex = index
    this.#group = this.#block.group(index)
    return true
  }

  #leaveFor(index: number): void {
    this.#index = index
    this.#block = null
    this.#group = NONE
  }

  async #read(): Promise<Block> {
    const index = this.#index
    const block = this.#ahead.get(index) ?? this.#segment.cachedBlock(index)
    if (block !== undefined) return block

    const run = Math.min(this.#run, Math.abs(this.#lastIndex - index) + 1)
    this.#run = Math.min(2 * this.#run, READ_AHEAD_BLOCKS)
    if (run === 1) return this.#segment.readBlock(index)
    const from = this.#step === 1 ? index : index - run + 1
    const blocks = await this.#segment.readBlocks(from, from + run)
    this.#ahead = new Map(blocks.map((each, i) => [from + i, each]))
    return blocks[index - from]!
  }
}
