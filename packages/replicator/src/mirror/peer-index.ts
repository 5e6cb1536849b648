import b4a from 'b4a'
import { laterTurn } from '@manycore/ground'
import { Index } from '@manycore/reconcile'
import type { Item } from '@manycore/reconcile'
import { CORES_PER_TURN } from './defaults.js'
import type { Catalog } from './catalog.js'
import { type Elements, ID_BYTES, VERSION_BYTES } from './elements.js'
import { SlotTable } from './slot-table.js'

/** It is in memory, and made anew for each stream. */
const NO_STAMP = new Uint8Array(0)

/** The cores that a peer may have, under the ids that they have between us and that peer: some 75 bytes each. */
export class PeerIndex {
  readonly index: Index
  readonly #catalog: Catalog
  readonly #elements: Elements
  readonly #slots = new SlotTable()

  constructor(catalog: Catalog, elements: Elements) {
    this.#catalog = catalog
    this.#elements = elements
    this.index = new Index({ idBytes: ID_BYTES, versionBytes: VERSION_BYTES, secret: elements.secret })
  }

  /**
   * Adds all cores of the catalog, a few per turn of the event loop. What changes meanwhile is set behind it.
   * @param mayHave  whether the peer may have some cores; null = all
   */
  async fill(mayHave: ((slots: readonly number[]) => Promise<readonly boolean[]>) | null): Promise<void> {
    await this.index.rebuild(this.#items(mayHave), { stamp: NO_STAMP })
  }

  /** Adds a core, or gives it the version of its state. */
  set(slot: number): void {
    const { id, version } = this.#itemOf(slot)
    void this.index.set(id, version)
  }

  /** Called before the core leaves the catalog. */
  delete(slot: number): void {
    const id = this.#elements.idOf(this.#catalog.key(slot)).slice()
    if (this.slotOf(id) === -1) return
    this.#slots.delete(id, slot)
    void this.index.remove(id)
  }

  has(slot: number): boolean {
    return this.slotOf(this.#elements.idOf(this.#catalog.key(slot)).slice()) === slot
  }

  /** @param id  `ID_BYTES` bytes. @returns −1 = no core that the peer may have */
  slotOf(id: Uint8Array): number {
    return this.#slots.find(id, (slot) => b4a.equals(this.#elements.idOf(this.#catalog.key(slot)), id))
  }

  async *#items(
    mayHave: ((slots: readonly number[]) => Promise<readonly boolean[]>) | null
  ): AsyncGenerator<Item> {
    const catalog = this.#catalog
    for (let first = 0; first < catalog.slots; first += CORES_PER_TURN) {
      const slots: number[] = []
      for (let slot = first; slot < Math.min(first + CORES_PER_TURN, catalog.slots); slot++) {
        if (catalog.has(slot)) slots.push(slot)
      }
      const allowed = mayHave === null ? null : await mayHave(slots)
      for (const [i, slot] of slots.entries()) {
        if ((allowed === null || allowed[i] === true) && catalog.has(slot)) yield this.#itemOf(slot)
      }
      await laterTurn()
    }
  }

  /** The item of a core, whose slot is found by its id from now on. */
  #itemOf(slot: number): Item {
    const [key, state] = [this.#catalog.key(slot), this.#catalog.state(slot)]
    const id = this.#elements.idOf(key).slice()
    if (this.slotOf(id) === -1) this.#slots.add(id, slot)
    return { id, version: this.#elements.versionOf(key, state).slice() }
  }
}
