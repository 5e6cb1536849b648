import b4a from 'b4a'
import { compareSlice } from '../bytes/keys.js'

/** Where the blocks of a segment are, and what their first keys are. It is packed, because a large store has 10⁵ blocks. */
export class SegmentIndex {
  readonly #keys: Uint8Array
  readonly #keyEnds: Uint32Array
  readonly #blockEnds: Uint32Array
  readonly #crcs: Uint32Array

  /** @param bytes  as SegmentIndexBuilder.finish() made them; kept, not copied */
  constructor(bytes: Uint8Array, blocks: number) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const column = (n: number): Uint32Array =>
      Uint32Array.from({ length: blocks }, (_, i) => view.getUint32(4 * (n * blocks + i), true))
    this.#keyEnds = column(0)
    this.#blockEnds = column(1)
    this.#crcs = column(2)
    this.#keys = bytes.subarray(12 * blocks)
  }

  get blocks(): number {
    return this.#crcs.length
  }

  start(block: number): number {
    return block === 0 ? 0 : this.#blockEnds[block - 1]!
  }

  end(block: number): number {
    return this.#blockEnds[block]!
  }

  crc(block: number): number {
    return this.#crcs[block]!
  }

  /** How many blocks start before `key`; with `orAt`, the one that starts at it counts as well. */
  blocksBefore(key: Uint8Array, orAt: boolean): number {
    const limit = orAt ? 1 : 0
    let low = 0
    let high = this.blocks
    while (low < high) {
      const middle = (low + high) >>> 1
      const start = middle === 0 ? 0 : this.#keyEnds[middle - 1]!
      if (compareSlice(this.#keys, start, this.#keyEnds[middle]!, key) < limit) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Collects the index of a segment while its blocks are written. */
export class SegmentIndexBuilder {
  readonly #keys: Uint8Array[] = []
  readonly #columns: [keyEnds: number[], blockEnds: number[], crcs: number[]] = [[], [], []]
  #keyBytes = 0

  get blocks(): number {
    return this.#keys.length
  }

  /** @param firstKey  must not change until finish() */
  add(firstKey: Uint8Array, blockEnd: number, crc: number): void {
    this.#keys.push(firstKey)
    this.#keyBytes += firstKey.byteLength
    const [keyEnds, blockEnds, crcs] = this.#columns
    keyEnds.push(this.#keyBytes)
    blockEnds.push(blockEnd)
    crcs.push(crc)
  }

  finish(): Uint8Array {
    const numbers = this.#columns.flat()
    const bytes = b4a.alloc(4 * numbers.length)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (const [i, number] of numbers.entries()) view.setUint32(4 * i, number, true)
    return b4a.concat([bytes, ...this.#keys])
  }
}
