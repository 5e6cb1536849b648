import b4a from 'b4a'
import type { Op } from '@manycore/kv'
import { dataPointerOf } from '../upstream/core-record.js'
import { coresInRange, discoveryKeyOf, stateOf } from '../upstream/storage-keys.js'

/** What a batch does to the record that says where a core's data is. */
export interface TouchedRecord {
  readonly discoveryKey: Uint8Array
  /** the pointers that the batch gives it, in order */
  readonly pointers: number[]
  /** whether it is there after the batch */
  isStored: boolean
}

/** Which cores a batch of hypercore-storage changes. The sets are used again for the next batch. */
export class Touched {
  /** pointers of data whose head, hints or bitfield is written or deleted */
  readonly pointers: Set<number> = new Set()
  /** by discovery key, in hex */
  readonly records: Map<string, TouchedRecord> = new Map()
  /** whether it changes cores that cannot be listed, as clearing the store does */
  isAll = false
  readonly #isNoted: (pointer: number) => boolean

  /** @param isNoted  whether another change of this core need not be noted */
  constructor(isNoted: (pointer: number) => boolean) {
    this.#isNoted = isNoted
  }

  /** @returns whether there is anything to note */
  read(ops: readonly Op[]): boolean {
    if (this.pointers.size > 0) this.pointers.clear()
    if (this.records.size > 0) this.records.clear()
    this.isAll = false
    for (const op of ops) {
      if (op.type === 'delRange') this.#readRange(op.start, op.end)
      else {
        const pointer = stateOf(op.key)
        if (pointer !== -1) this.#touch(pointer)
        else if (discoveryKeyOf(op.key) !== null)
          this.#readRecord(op.key, op.type === 'put' ? op.value : null)
      }
    }
    return this.isAll || this.pointers.size > 0 || this.records.size > 0
  }

  #touch(pointer: number): void {
    if (!this.#isNoted(pointer)) this.pointers.add(pointer)
  }

  #readRange(start: Uint8Array, end: Uint8Array): void {
    const cores = coresInRange(start, end)
    if (cores === 'many') this.isAll = true
    else if (cores !== 'none') this.#touch(cores)
  }

  #readRecord(key: Uint8Array, value: Uint8Array | null): void {
    const discoveryKey = discoveryKeyOf(key)!
    const hex = b4a.toString(discoveryKey, 'hex')
    const record = this.records.get(hex) ?? { discoveryKey, pointers: [], isStored: false }
    this.records.set(hex, record)
    record.isStored = value !== null
    if (value === null) return
    const pointer = dataPointerOf(value)
    if (pointer === null) this.isAll = true
    else record.pointers.push(pointer)
  }
}
