import { SlotTable } from './slot-table.js'
import { STATE_BYTES, isSame, writeState } from './state.js'
import type { StoredCopy } from './stored-copies.js'

const KEY_BYTES = 32
const ROW_BYTES: number = 2 * KEY_BYTES + STATE_BYTES

/**
 * Every stored core that is mirrored, in memory: its keys and its state, 90 bytes each and 16 to find it. A core has a slot, a
 * number that stays the same as long as the core is stored; another one may have it afterwards.
 */
export class Catalog {
  #rows = new Uint8Array(64 * ROW_BYTES)
  /** How many slots there are, with those that are free. */
  #slots = 0
  readonly #free: number[] = []
  readonly #isFree = new Set<number>()
  readonly #byDiscoveryKey = new SlotTable()

  /** How many cores are in it. */
  get size(): number {
    return this.#slots - this.#free.length
  }

  /** How many slots there are: each is below that. */
  get slots(): number {
    return this.#slots
  }

  /** Whether a core has this slot. */
  has(slot: number): boolean {
    return slot < this.#slots && !this.#isFree.has(slot)
  }

  /** @returns the slot of a core, or −1 */
  find(discoveryKey: Uint8Array): number {
    return this.#byDiscoveryKey.find(discoveryKey, (slot) => {
      const start = slot * ROW_BYTES
      for (let i = 0; i < KEY_BYTES; i++) if (this.#rows[start + i] !== discoveryKey[i]) return false
      return true
    })
  }

  /** Adds a core, or changes its state. @returns its slot, and its state before, a copy: null if it is new */
  set(core: StoredCopy): { slot: number; before: Uint8Array | null } {
    const known = this.find(core.discoveryKey)
    const slot = known === -1 ? this.#add(core) : known
    const before = known === -1 ? null : this.state(slot).slice()
    writeState(this.state(slot), core)
    return { slot, before }
  }

  delete(slot: number): void {
    this.#byDiscoveryKey.delete(this.discoveryKey(slot), slot)
    this.#free.push(slot)
    this.#isFree.add(slot)
  }

  // What these return is a view that is good until the next change of the catalog.

  discoveryKey(slot: number): Uint8Array {
    return this.#part(slot, 0, KEY_BYTES)
  }

  key(slot: number): Uint8Array {
    return this.#part(slot, KEY_BYTES, KEY_BYTES)
  }

  state(slot: number): Uint8Array {
    return this.#part(slot, 2 * KEY_BYTES, STATE_BYTES)
  }

  /** Whether a core is in this state. */
  isAt(slot: number, state: Uint8Array): boolean {
    return isSame(this.state(slot), state)
  }

  #part(slot: number, from: number, bytes: number): Uint8Array {
    const start = slot * ROW_BYTES + from
    return this.#rows.subarray(start, start + bytes)
  }

  #add({ discoveryKey, key }: StoredCopy): number {
    const slot = this.#free.pop() ?? this.#slots++
    this.#isFree.delete(slot)
    if ((slot + 1) * ROW_BYTES > this.#rows.length) {
      const rows = new Uint8Array(this.#rows.length * 2)
      rows.set(this.#rows)
      this.#rows = rows
    }
    this.discoveryKey(slot).set(discoveryKey)
    this.key(slot).set(key)
    this.#byDiscoveryKey.add(discoveryKey, slot)
    return slot
  }
}
