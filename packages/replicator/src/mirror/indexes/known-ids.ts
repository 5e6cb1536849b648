import b4a from 'b4a'
import { ID_BYTES } from '../elements.js'
import type { CoreIds } from './core-ids.js'
import { SlotTable } from '../cores/slot-table.js'

const KEY_BYTES = 32
const ROW_BYTES = ID_BYTES + KEY_BYTES

/** The ids of cores in memory: 48 bytes each, and some 32 to find them. */
export class KnownIds implements CoreIds {
  #rows = new Uint8Array(64 * ROW_BYTES)
  #slots = 0
  readonly #free: number[] = []
  readonly #byId = new SlotTable()
  readonly #byKey = new SlotTable()

  has(discoveryKey: Uint8Array): boolean {
    return this.#slotOf(discoveryKey) !== -1
  }

  async keysOf(ids: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> {
    return ids.map((id) => {
      const slot = this.#find(id)
      return slot === -1 ? null : this.#key(slot).slice()
    })
  }

  async idOf(discoveryKey: Uint8Array): Promise<Uint8Array | null> {
    const slot = this.#slotOf(discoveryKey)
    return slot === -1 ? null : this.#id(slot).slice()
  }

  set(id: Uint8Array, discoveryKey: Uint8Array): void {
    if (this.#find(id) !== -1) return
    const slot = this.#free.pop() ?? this.#slots++
    if ((slot + 1) * ROW_BYTES > this.#rows.length) {
      const rows = new Uint8Array(this.#rows.length * 2)
      rows.set(this.#rows)
      this.#rows = rows
    }
    this.#id(slot).set(id)
    this.#key(slot).set(discoveryKey)
    this.#byId.add(id, slot)
    this.#byKey.add(discoveryKey, slot)
  }

  delete(id: Uint8Array, discoveryKey: Uint8Array): void {
    const slot = this.#find(id)
    if (slot === -1) return
    this.#byId.delete(id, slot)
    this.#byKey.delete(discoveryKey, slot)
    this.#free.push(slot)
  }

  #find(id: Uint8Array): number {
    return this.#byId.find(id, (slot) => b4a.equals(this.#id(slot), id))
  }

  #slotOf(discoveryKey: Uint8Array): number {
    return this.#byKey.find(discoveryKey, (slot) => b4a.equals(this.#key(slot), discoveryKey))
  }

  #id(slot: number): Uint8Array {
    return this.#rows.subarray(slot * ROW_BYTES, slot * ROW_BYTES + ID_BYTES)
  }

  #key(slot: number): Uint8Array {
    return this.#rows.subarray(slot * ROW_BYTES + ID_BYTES, (slot + 1) * ROW_BYTES)
  }
}
