import b4a from 'b4a'
import { VARINT_BYTES, writeVarint } from '../bytes/fields.js'
import { sharedPrefix } from '../bytes/order.js'
import { type Stored, ValuePointer } from '../cursor/cursor.js'
import { BLOCK_BYTES, RESTART_ENTRIES } from '../defaults.js'

/** What an entry is; part of the format. */
export const TOMBSTONE = 0
const VALUE = 1
export const POINTER = 2

/** Collects entries, in order of their keys, into a block. */
export class BlockWriter {
  #bytes: Uint8Array = b4a.allocUnsafe(2 * BLOCK_BYTES)
  #end = 0
  #restarts: number[] = []
  #count = 0
  #lastKey: Uint8Array = b4a.alloc(0)

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** of its entries so far */
  get bytes(): number {
    return this.#end
  }

  get isFull(): boolean {
    return this.#end >= BLOCK_BYTES
  }

  /** @param key  after the last one; not changed until the next add() */
  add(key: Uint8Array, stored: Stored): void {
    const isValue = stored instanceof Uint8Array
    const most = 7 * VARINT_BYTES + key.byteLength + (isValue ? stored.byteLength : 0)
    if (this.#end + most > this.#bytes.byteLength) this.#grow(most)

    const isRestart = this.#count++ % RESTART_ENTRIES === 0
    if (isRestart) this.#restarts.push(this.#end)
    const shared = isRestart ? 0 : sharedPrefix(this.#lastKey, key)
    this.#lastKey = key

    const bytes = this.#bytes
    let end = writeVarint(bytes, this.#end, shared)
    end = writeVarint(bytes, end, key.byteLength - shared)
    if (stored === null) end = putKey(bytes, writeVarint(bytes, end, TOMBSTONE), key, shared)
    else if (isValue) {
      end = putKey(bytes, writeVarint(bytes, end, stored.byteLength * 4 + VALUE), key, shared)
      bytes.set(stored, end)
      end += stored.byteLength
    } else {
      const fields = pointerFields(stored)
      end = putKey(bytes, writeVarint(bytes, end, fields.byteLength * 4 + POINTER), key, shared)
      bytes.set(fields, end)
      end += fields.byteLength
    }
    this.#end = end
  }

  /** The block; the writer is empty again. The result is a view that the next add() overwrites. */
  finish(): Uint8Array {
    const tail = 4 * (this.#restarts.length + 1)
    if (this.#end + tail > this.#bytes.byteLength) this.#grow(tail)
    const block = this.#bytes.subarray(0, this.#end + tail)
    const view = new DataView(block.buffer, block.byteOffset + this.#end, tail)
    for (const [i, restart] of this.#restarts.entries()) view.setUint32(4 * i, restart, true)
    view.setUint32(tail - 4, this.#restarts.length, true)

    this.#end = 0
    this.#count = 0
    this.#restarts = []
    return block
  }

  #grow(more: number): void {
    const bytes = b4a.allocUnsafe(2 * this.#bytes.byteLength + more)
    bytes.set(this.#bytes.subarray(0, this.#end))
    this.#bytes = bytes
  }
}

function putKey(bytes: Uint8Array, offset: number, key: Uint8Array, from: number): number {
  for (let i = from; i < key.byteLength; i++) bytes[offset++] = key[i]!
  return offset
}

function pointerFields(pointer: ValuePointer): Uint8Array {
  const bytes = b4a.allocUnsafe(4 * VARINT_BYTES)
  let end = writeVarint(bytes, 0, pointer.file)
  end = writeVarint(bytes, end, pointer.offset)
  end = writeVarint(bytes, end, pointer.length)
  return bytes.subarray(0, writeVarint(bytes, end, pointer.crc))
}
