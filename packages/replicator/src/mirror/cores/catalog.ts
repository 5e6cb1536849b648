import { SlotTable } from './slot-table.js'
import { STATE_BYTES, isSame, isWhole, writeState } from '../state.js'
import type { StoredCopy } from '../stored-copies.js'

const KEY_BYTES = 32
const ROW_BYTES: number = 2 * KEY_BYTES + STATE_BYTES

/**
 * The cores that a mirror has to do with at the moment: their keys and their states, some 110 bytes each. A core is in it as long as
 * somebody holds it, and has a slot meanwhile: a number, which another core may have afterwards.
 */
export class Catalog {
  #rows = new Uint8Array(64 * ROW_BYTES)
  /** By slot, how often it is held; 0 = it is free. */
  readonly #holds: number[] = []
  readonly #free: number[] = []
  readonly #byDiscoveryKey = new SlotTable()

  /** How many cores are in it. */
  get size(): number {
    return this.#holds.length - this.#free.length
  }

  /** Whether a core has this slot. */
  has(slot: number): boolean {
    return (this.#holds[slot] ?? 0) > 0
  }

  /** @returns the slot of a core, or −1 */
  find(discoveryKey: Uint8Array): number {
    return this.#byDiscoveryKey.find(discoveryKey, (slot) => {
      const start = slot * ROW_BYTES
      for (let i = 0; i < KEY_BYTES; i++) if (this.#rows[start + i] !== discoveryKey[i]) return false
      return true
    })
  }

  /** Adds a core, or gives it another state. @returns its slot, which the caller holds and has to release */
  take(core: StoredCopy): number {
    let slot = this.find(core.discoveryKey)
    if (slot === -1) slot = this.#add(core)
    else this.hold(slot)
    writeState(this.state(slot), core)
    return slot
  }

  /** Gives a core another state if it is in it. @returns whether it is, and was in another one */
  update(core: StoredCopy): boolean {
    const slot = this.find(core.discoveryKey)
    if (slot === -1) return false
    const before = this.state(slot).slice()
    writeState(this.state(slot), core)
    return !this.isAt(slot, before)
  }

  /** Keeps a core in it until there is one release more. */
  hold(slot: number): void {
    this.#holds[slot]!++
  }

  release(slot: number): void {
    if (--this.#holds[slot]! > 0) return
    this.#byDiscoveryKey.delete(this.discoveryKey(slot), slot)
    this.#free.push(slot)
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

  /** Whether all blocks are here that we know of. */
  isWhole(slot: number): boolean {
    return isWhole(this.state(slot))
  }

  #part(slot: number, from: number, bytes: number): Uint8Array {
    const start = slot * ROW_BYTES + from
    return this.#rows.subarray(start, start + bytes)
  }

  #add({ discoveryKey, key }: StoredCopy): number {
    const slot = this.#free.pop() ?? this.#holds.length
    this.#holds[slot] = 1
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
