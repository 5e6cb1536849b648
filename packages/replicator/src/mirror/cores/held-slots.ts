import type { Catalog } from './catalog.js'

/** A set of slots, each of which it holds in the catalog. */
export class HeldSlots {
  readonly #catalog: Catalog
  readonly #slots = new Set<number>()

  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  get size(): number {
    return this.#slots.size
  }

  has(slot: number): boolean {
    return this.#slots.has(slot)
  }

  add(slot: number): void {
    if (this.#slots.has(slot)) return
    this.#slots.add(slot)
    this.#catalog.hold(slot)
  }

  delete(slot: number): void {
    if (this.#slots.delete(slot)) this.#catalog.release(slot)
  }

  clear(): void {
    for (const slot of this.#slots) this.#catalog.release(slot)
    this.#slots.clear()
  }

  [Symbol.iterator](): Iterator<number> {
    return this.#slots.values()
  }
}
