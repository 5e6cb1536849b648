import { CACHED_BLOCK_OVERHEAD_BYTES } from '../defaults.js'
import type { Block } from './block.js'

/** The most recently used blocks of all segments of a store, up to a number of bytes. */
export class BlockCache {
  readonly #limit: number
  /** least recently used first */
  readonly #blocks = new Map<number, Block>()
  #bytes = 0

  /** @param limit  bytes, ≥ 0 */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes held now, at most `limit`. */
  get bytes(): number {
    return this.#bytes
  }

  get(segment: number, offset: number): Block | undefined {
    const place = placeOf(segment, offset)
    const block = this.#blocks.get(place)
    if (block === undefined) return undefined
    this.#blocks.delete(place)
    this.#blocks.set(place, block)
    return block
  }

  set(segment: number, offset: number, block: Block): void {
    const place = placeOf(segment, offset)
    this.#drop(place)
    const bytes = cost(block)
    if (bytes > this.#limit) return
    for (const oldest of this.#blocks.keys()) {
      if (this.#bytes + bytes <= this.#limit) break
      this.#drop(oldest)
    }
    this.#blocks.set(place, block)
    this.#bytes += bytes
  }

  #drop(place: number): void {
    const block = this.#blocks.get(place)
    if (block === undefined) return
    this.#blocks.delete(place)
    this.#bytes -= cost(block)
  }
}

function cost(block: Block): number {
  return block.bytes.byteLength + CACHED_BLOCK_OVERHEAD_BYTES
}

/** One number for both: offsets are below 2³², and ids below 2²¹, which is two million files. */
function placeOf(segment: number, offset: number): number {
  return segment * 2 ** 32 + offset
}
