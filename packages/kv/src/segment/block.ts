import b4a from 'b4a'
import { FieldReader } from '../bytes/fields.js'
import { compareSlice } from '../bytes/order.js'
import { type Stored, ValuePointer } from '../cursor/cursor.js'
import { POINTER, TOMBSTONE } from './block-writer.js'

/** Neighbouring entries, decoded. */
export interface EntryGroup {
  readonly keys: readonly Uint8Array[]
  readonly values: readonly Stored[]
}

/**
 * A block that was read and checked. Entries come in groups; a group's first key is stored whole, the
 * others without what they share with the one before.
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

  /** undefined = not in this block */
  get(key: Uint8Array): Stored | undefined {
    const { bytes } = this
    const group = this.groupOf(key)
    const end = this.#groupStart(group + 1)
    const fields = new FieldReader(bytes, this.#groupStart(group))
    let matched = 0 // first bytes that `key` shares with the entry before, which is smaller
    while (fields.offset < end) {
      const shared = fields.varint()
      const unshared = fields.varint()
      const tag = fields.varint()
      if (shared < matched) return undefined // grew where it agreed with `key`
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

  /** The last group whose first key is ≤ `key`, else the first. */
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

  /** Where a group starts; for `groups`: where the last one ends. */
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
