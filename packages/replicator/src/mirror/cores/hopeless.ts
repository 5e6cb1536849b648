import type { Clock } from '@manycore/ground'
import { RETRY_MAX_MS, RETRY_MS } from '../defaults.js'

/** What could not be had, although a peer seems to have it. It is tried again, all of it at once, after longer and longer waits. */
export class Hopeless {
  readonly #clock: Clock
  readonly #again: (slot: number) => void
  readonly #slots = new Set<number>()
  #wait = RETRY_MS
  #timer: unknown = null

  /** @param again  called with what is to be tried again */
  constructor(clock: Clock, again: (slot: number) => void) {
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

  clear(): void {
    this.#slots.clear()
    this.#clock.clearTimeout(this.#timer)
    this.#timer = null
    this.#wait = RETRY_MS
  }

  #retry(): void {
    const slots = [...this.#slots]
    this.#slots.clear()
    this.#timer = null
    this.#wait = Math.min(this.#wait * 2, RETRY_MAX_MS)
    for (const slot of slots) this.#again(slot)
  }
}
