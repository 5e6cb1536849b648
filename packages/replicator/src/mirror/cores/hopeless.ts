import type { Clock } from '@manycore/ground'
import { RETRY_MAX_MS, RETRY_MS } from '../defaults.js'
import type { Catalog } from './catalog.js'
import { HeldSlots } from './held-slots.js'

/**
 * What could not be had of a peer, although it seems to have it. It is tried again once either copy changes, and all of it at once
 * after longer and longer waits, until the peer brings something.
 */
export class Hopeless {
  readonly #catalog: Catalog
  readonly #clock: Clock
  readonly #again: (slots: readonly number[]) => void
  readonly #slots: HeldSlots
  #wait = RETRY_MS
  #timer: unknown = null

  /** @param again  called with what is to be tried again; nothing, if all of it has changed meanwhile */
  constructor(catalog: Catalog, clock: Clock, again: (slots: readonly number[]) => void) {
    this.#catalog = catalog
    this.#slots = new HeldSlots(catalog)
    this.#clock = clock
    this.#again = again
  }

  has(slot: number): boolean {
    return this.#slots.has(slot)
  }

  add(slot: number): void {
    this.#slots.add(slot)
    this.#timer ??= this.#clock.setTimeout(() => this.#retry(), this.#wait)
  }

  delete(slot: number): void {
    this.#slots.delete(slot)
  }

  /** The peer has brought something: what cannot be had from now on is tried again soon. */
  ease(): void {
    this.#wait = RETRY_MS
  }

  clear(): void {
    this.#slots.clear()
    this.#clock.clearTimeout(this.#timer)
    this.#timer = null
    this.#wait = RETRY_MS
  }

  #retry(): void {
    const slots = [...this.#slots]
    this.#timer = null
    this.#wait = Math.min(this.#wait * 2, RETRY_MAX_MS)
    for (const slot of slots) this.#catalog.hold(slot)
    this.#slots.clear()
    this.#again(slots)
    for (const slot of slots) this.#catalog.release(slot)
  }
}
