import { U48_BYTES, readU48, writeU48 } from '@manycore/ground'
import { compare } from '../bytes/order.js'
import { addSum, subtractSum } from '../bytes/sum.js'
import { COUNT_AT, ENTRIES_AT, SUM_AT, mostEntries } from './layout.js'
import type { Layout } from './layout.js'

/** A node of the tree, in memory as it is on disk: `bytes` is its record, with room for one entry more than it may keep. */
export class TreeNode {
  /** Its name in the store. Numbers are never used twice. `NodeTable.detach()` gives it another one. */
  number: number
  readonly bytes: Uint8Array
  readonly stride: number
  /** It has changed since it was stored. */
  isDirty = false
  /** It was used since eviction last came by. */
  isWarm = true
  /** How many are using it while they wait for others: it is not evicted meanwhile. */
  pins = 0

  readonly #idBytes: number

  constructor(number: number, level: number, layout: Layout) {
    this.number = number
    this.stride = layout.strideOf(level)
    this.#idBytes = layout.idBytes
    this.bytes = new Uint8Array(ENTRIES_AT + (mostEntries(level) + 1) * this.stride)
    this.bytes[0] = level
  }

  /** Says that it was used. */
  touch(): this {
    this.isWarm = true
    return this
  }

  /** 0: a leaf. */
  get level(): number {
    return this.bytes[0]!
  }

  get length(): number {
    return this.bytes[1]!
  }

  set length(length: number) {
    this.bytes[1] = length
  }

  get count(): number {
    return readU48(this.bytes, COUNT_AT)
  }

  /** The part of `bytes` that is in use. */
  get record(): Uint8Array {
    return this.bytes.subarray(0, this.offset(this.length))
  }

  offset(slot: number): number {
    return ENTRIES_AT + slot * this.stride
  }

  /** Of an inner node: the child in a slot. */
  childAt(slot: number): number {
    return readU48(this.bytes, this.offset(slot) + this.#idBytes)
  }

  childCountAt(slot: number): number {
    return readU48(this.bytes, this.offset(slot) + this.#idBytes + U48_BYTES)
  }

  childSumOffset(slot: number): number {
    return this.offset(slot) + this.#idBytes + 2 * U48_BYTES
  }

  /** The first slot whose id is not before this one; `length` if there is none. */
  lowerBound(id: Uint8Array): number {
    let [from, to] = [0, this.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (compare(this.bytes, this.offset(middle), id, 0, this.#idBytes) < 0) from = middle + 1
      else to = middle
    }
    return from
  }

  /** Of an inner node: the slot of the child below which an id belongs. */
  slotFor(id: Uint8Array): number {
    let [from, to] = [1, this.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (compare(this.bytes, this.offset(middle), id, 0, this.#idBytes) <= 0) from = middle + 1
      else to = middle
    }
    return from - 1
  }

  hasIdAt(slot: number, id: Uint8Array): boolean {
    return slot < this.length && compare(this.bytes, this.offset(slot), id, 0, this.#idBytes) === 0
  }

  /** Makes room for an entry, whose bytes the caller writes. */
  openSlot(slot: number): void {
    const { length } = this
    this.bytes.copyWithin(this.offset(slot + 1), this.offset(slot), this.offset(length))
    this.length = length + 1
  }

  closeSlot(slot: number): void {
    const { length } = this
    this.bytes.copyWithin(this.offset(slot), this.offset(slot + 1), this.offset(length))
    this.length = length - 1
  }

  /** Writes the entry of a child as it is. */
  setChild(slot: number, low: Uint8Array | null, child: TreeNode): void {
    const at = this.offset(slot)
    if (low !== null) this.bytes.set(low, at)
    writeU48(this.bytes, at + this.#idBytes, child.number)
    this.bytes.set(child.bytes.subarray(COUNT_AT, ENTRIES_AT), at + this.#idBytes + U48_BYTES)
  }

  /** Moves the entries from a slot on to the end of another node. The totals are the caller's to correct. */
  moveTo(other: TreeNode, slot: number): void {
    other.bytes.set(
      this.bytes.subarray(this.offset(slot), this.offset(this.length)),
      other.offset(other.length)
    )
    other.length += this.length - slot
    this.length = slot
  }

  /** Adds to the totals. */
  add(count: number, sum: Uint8Array, sumOffset: number = 0): void {
    writeU48(this.bytes, COUNT_AT, this.count + count)
    addSum(this.bytes, SUM_AT, sum, sumOffset)
  }

  subtract(other: TreeNode): void {
    writeU48(this.bytes, COUNT_AT, this.count - other.count)
    subtractSum(this.bytes, SUM_AT, other.bytes, SUM_AT)
  }
}
