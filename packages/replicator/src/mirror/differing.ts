import { SlotSet } from './slot-set.js'
import { isSame } from './state.js'

/** Which cores a peer has other than we, and what it has said about them. Its size follows what differs. */
export class Differing {
  /** What the peer does not have at all: a bit per core. */
  readonly absent: SlotSet = new SlotSet()
  /** How many times a core has become level that differed. */
  done = 0
  /** The state of the peer's copy, if it has told that. */
  readonly #theirs = new Map<number, Uint8Array | null>()
  /** What could not be had, although the peer seems to have it. */
  readonly #hopeless = new Set<number>()

  get size(): number {
    return this.#theirs.size
  }

  slots(): Iterable<number> {
    return this.#theirs.keys()
  }

  has(slot: number): boolean {
    return this.#theirs.has(slot)
  }

  /** @returns null = it has not told, or nothing differs */
  theirs(slot: number): Uint8Array | null {
    return this.#theirs.get(slot) ?? null
  }

  /** Notes what both have. @param theirs  null = it is not known, and differs from ours */
  set(slot: number, ours: Uint8Array, theirs: Uint8Array | null): void {
    if (theirs !== null && isSame(ours, theirs)) {
      if (this.has(slot)) this.done++
      this.delete(slot)
    } else this.#theirs.set(slot, theirs)
  }

  delete(slot: number): void {
    this.#theirs.delete(slot)
    this.#hopeless.delete(slot)
  }

  giveUp(slot: number): void {
    this.#hopeless.add(slot)
  }

  /** One of the copies has changed. */
  retry(slot: number): void {
    this.#hopeless.delete(slot)
  }

  isHopeless(slot: number): boolean {
    return this.#hopeless.has(slot)
  }

  clear(): void {
    this.absent.clear()
    this.#theirs.clear()
    this.#hopeless.clear()
  }
}
