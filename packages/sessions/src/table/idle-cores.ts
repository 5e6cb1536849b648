import type { Clock } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import { isIdle } from '../upstream/core-hooks.js'

/** Decides when an unused core may close: once it has been idle for the linger and nobody holds it. */
export class IdleCores {
  readonly #linger: Linger<InnerCore>
  readonly #holds: Map<InnerCore, number> = new Map()

  /** @param close  called for a core whose time is over */
  constructor(lingerMs: number, clock: Clock, close: (core: InnerCore) => void) {
    this.#linger = new Linger(lingerMs, clock, (core) => {
      // In use again? Then it says so when that ends.
      if (!this.#holds.has(core) && isIdle(core)) close(core)
    })
  }

  /** The core is idle now: it starts to linger, or starts again. */
  idle(core: InnerCore): void {
    if (!this.#holds.has(core)) this.#linger.add(core)
  }

  /** @returns a function that releases the core; only the first call counts */
  hold(core: InnerCore): () => void {
    this.#linger.delete(core)
    this.#holds.set(core, (this.#holds.get(core) ?? 0) + 1)
    let held = true
    return () => {
      if (held) this.#release(core)
      held = false
    }
  }

  /** The core is gone, or is no longer the table's to close. */
  forget(core: InnerCore): void {
    this.#linger.delete(core)
    this.#holds.delete(core)
  }

  #release(core: InnerCore): void {
    const holds = this.#holds.get(core)
    if (holds === undefined) return // forgotten meanwhile
    if (holds > 1) {
      this.#holds.set(core, holds - 1)
      return
    }
    this.#holds.delete(core)
    core.checkIfIdle()
  }
}

/**
 * Items that wait, each for the same time, on one timer.
 * All wait equally long, so a Map's insertion order is the order of the deadlines: every call is O(1).
 */
export class Linger<T> {
  readonly #ms: number
  readonly #clock: Clock
  readonly #expire: (item: T) => void
  readonly #deadlines: Map<T, number> = new Map()
  #timer: unknown = null

  /** @param expire  called once for each item whose time is over, after the item has left */
  constructor(ms: number, clock: Clock, expire: (item: T) => void) {
    this.#ms = ms
    this.#clock = clock
    this.#expire = expire
  }

  get size(): number {
    return this.#deadlines.size
  }

  /** Starts the item's time, or starts it again. */
  add(item: T): void {
    this.#deadlines.delete(item)
    this.#deadlines.set(item, this.#clock.now() + this.#ms)
    if (this.#timer === null) this.#arm(this.#ms)
  }

  delete(item: T): void {
    if (this.#deadlines.delete(item) && this.#deadlines.size === 0) this.#disarm()
  }

  #arm(ms: number): void {
    this.#timer = this.#clock.setTimeout(() => this.#tick(), ms)
  }

  #disarm(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#timer = null
  }

  #tick(): void {
    this.#timer = null
    const now = this.#clock.now()
    for (const [item, deadline] of this.#deadlines) {
      if (deadline > now) {
        // An expire() above may have added an item and armed the timer for it, later than this one.
        this.#disarm()
        this.#arm(deadline - now)
        return
      }
      this.#deadlines.delete(item)
      this.#expire(item)
    }
  }
}
