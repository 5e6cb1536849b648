import type { Catalog } from './catalog.js'
import { HeldSlots } from './held-slots.js'
import { IdSet } from './id-set.js'
import { isSame } from '../state.js'

/** Which cores a peer has other than we, and what it has said about them. Its size follows what differs. */
export class Differing {
  /** The ids of what the peer does not have at all. */
  readonly absent: IdSet = new IdSet()
  /** How many times a core has become level that differed. */
  done = 0
  readonly #slots: HeldSlots
  /** The state of the peer's copy, if it has told that. */
  readonly #theirs = new Map<number, Uint8Array>()

  constructor(catalog: Catalog) {
    this.#slots = new HeldSlots(catalog)
  }

  get size(): number {
    return this.#slots.size
  }

  slots(): Iterable<number> {
    return this.#slots
  }

  has(slot: number): boolean {
    return this.#slots.has(slot)
  }

  /** Whether it differs, and the peer has not told how. */
  isUnknown(slot: number): boolean {
    return this.has(slot) && !this.#theirs.has(slot)
  }

  /** @returns null = it has not told, or nothing differs */
  theirs(slot: number): Uint8Array | null {
    return this.#theirs.get(slot) ?? null
  }

  /** Notes what both have. @param theirs  null = it is not known, and differs from ours */
  set(slot: number, ours: Uint8Array, theirs: Uint8Array | null): void {
    if (theirs !== null && isSame(ours, theirs)) {
      if (this.has(slot)) this.done++
      return this.delete(slot)
    }
    this.#slots.add(slot)
    if (theirs === null) this.#theirs.delete(slot)
    else this.#theirs.set(slot, theirs)
  }

  delete(slot: number): void {
    this.#theirs.delete(slot)
    this.#slots.delete(slot)
  }

  clear(): void {
    this.absent.clear()
    this.#theirs.clear()
    this.#slots.clear()
  }
}
