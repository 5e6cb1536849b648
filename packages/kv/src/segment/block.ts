import b4a from 'b4a'
import { FieldReader, VARINT_BYTES, writeVarint } from '../bytes/fields.js'
import { compareSlice, sharedPrefix } from '../bytes/keys.js'
import { type Stored, ValuePointer } from '../cursor/cursor.js'
import { BLOCK_BYTES, RESTART_ENTRIES } from '../defaults.js'

/** Kinds of entries; part of the format. */
const TOMBSTONE = 0
const VALUE = 1
const POINTER = 2

/** Collects entries, in order of their keys, in a block. */
export class BlockWriter {
  #bytes: Uint8Array = b4a.allocUnsafe(2 * BLOCK_BYTES)
  #end = 0
  #restarts: number[] = []
  #count = 0
  #lastKey: Uint8Array = b4a.alloc(0)

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** Bytes of its entries so far. */
  get bytes(): number {
    return this.#end
  }

  get isFull(): boolean {
    return this.#end >= BLOCK_BYTES
  }

  /** @param key  comes after the last one; must not change until the next add() */
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

  /** Ends the block and begins a new one. @returns a subarray that the next add() overwrites */
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

/** Several entries in a row, decoded. */
export interface EntryGroup {
  readonly keys: readonly Uint8Array[]
  readonly values: readonly Stored[]
}

/**
 * A block that was read and checked. Entries come in groups. The first key of a group is stored as a whole, the others
 * without the prefix that they share with the key before.
 */
export class Block {
  readonly bytes: Uint8Array
  readonly groups: number
  readonly #view: DataView
  readonly #restarts: number

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.groups = this.#view.getUint32(bytes.byteLength - 4, true)
    this.#restarts = bytes.byteLength - 4 * (this.groups + 1)
  }

  /** What the block has for a key; undefined = nothing. */
  get(key: Uint8Array): Stored | undefined {
    const { bytes } = this
    const group = this.groupOf(key)
    const end = this.#groupStart(group + 1)
    const fields = new FieldReader(bytes, this.#groupStart(group))
    let matched = 0 // length of the prefix that `key` shares with the entry before, which is smaller
    while (fields.offset < end) {
      const shared = fields.varint()
      const unshared = fields.varint()
      const tag = fields.varint()
      if (shared < matched) return undefined // the entry is larger than `key` where they agreed before
      if (shared === matched) {
        const start = fields.offset
        const most = Math.min(unshared, key.byteLength - shared)
        let i = 0
        while (i < most && bytes[start + i] === key[shared + i]) i++
        matched = shared + i
        if (i === unshared && matched === key.byteLength) {
          fields.offset += unshared
          return stored(fields, tag)
        }
        if (matched === key.byteLength || (i < most && bytes[start + i]! > key[matched]!)) return undefined
      }
      fields.offset += unshared + (tag >>> 2)
    }
    return undefined
  }

  group(index: number): EntryGroup {
    const keys: Uint8Array[] = []
    const values: Stored[] = []
    const end = this.#groupStart(index + 1)
    const fields = new FieldReader(this.bytes, this.#groupStart(index))
    let last: Uint8Array | null = null
    while (fields.offset < end) {
      const shared = fields.varint()
      const unshared = fields.varint()
      const tag = fields.varint()
      const key = b4a.allocUnsafe(shared + unshared)
      for (let i = 0; i < shared; i++) key[i] = last![i]!
      for (let i = shared; i < key.byteLength; i++) key[i] = this.bytes[fields.offset++]!
      keys.push(key)
      values.push(stored(fields, tag))
      last = key
    }
    return { keys, values }
  }

  /** The last group whose first key is ≤ `key`, otherwise the first. */
  groupOf(key: Uint8Array): number {
    let low = 1
    let high = this.groups
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compareFirst(middle, key) <= 0) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #compareFirst(group: number, key: Uint8Array): number {
    const fields = new FieldReader(this.bytes, this.#groupStart(group))
    fields.varint() // shared: 0
    const length = fields.varint()
    fields.varint()
    return compareSlice(this.bytes, fields.offset, fields.offset + length, key)
  }

  /** Where a group starts. For `groups`: where the last group ends. */
  #groupStart(group: number): number {
    return group === this.groups ? this.#restarts : this.#view.getUint32(this.#restarts + 4 * group, true)
  }
}

function stored(fields: FieldReader, tag: number): Stored {
  const kind = tag % 4
  if (kind === TOMBSTONE) return null
  if (kind === POINTER)
    return new ValuePointer(fields.varint(), fields.varint(), fields.varint(), fields.varint())
  return fields.slice(Math.floor(tag / 4))
}
