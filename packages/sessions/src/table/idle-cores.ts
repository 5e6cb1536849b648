import { onLaterTurn } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import { isIdle } from '../upstream/core-hooks.js'

/**
 * Decides when an unused core may close: once it has been idle for the linger and nobody holds it, or sooner if more
 * cores are open than may be. Then those close that have been idle the longest.
 */
export class IdleCores {
  readonly #most: number
  readonly #linger: Linger<InnerCore>
  readonly #close: (core: InnerCore) => void
  readonly #holds: Map<InnerCore, number> = new Map()
  /** The cores that are ours to close and are not closing. */
  readonly #open: Set<InnerCore> = new Set()
  #isTrimming = false
  #closedEarly = 0

  /**
   * @param most   how many cores may be open; those that are in use may be more
   * @param close  called for a core whose time is over
   */
  constructor(lingerMs: number, most: number, clock: Clock, close: (core: InnerCore) => void) {
    this.#most = most
    this.#close = close
    this.#linger = new Linger(lingerMs, clock, (core) => void this.#closeIdle(core))
  }

  /** How many cores linger. One that is in use again may be among them. */
  get lingering(): number {
    return this.#linger.size
  }

  /** How many cores had to close before their linger was over. */
  get closedEarly(): number {
    return this.#closedEarly
  }

  /** A core opens that is ours to close. */
  enter(core: InnerCore): void {
    this.#open.add(core)
    this.#trimSoon()
  }

  /** The core is idle now: it starts to linger, or starts again. @returns false if somebody holds it */
  idle(core: InnerCore): boolean {
    if (this.#holds.has(core)) return false
    this.#linger.add(core)
    this.#trimSoon()
    return true
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

  /** Closes a core ahead of its linger. @returns false if it is in use, or not ours to close, or closing */
  closeNow(core: InnerCore): boolean {
    if (!this.#open.has(core) || !this.#closeIdle(core)) return false
    this.#linger.delete(core)
    this.#closedEarly++
    return true
  }

  /** The core is gone, or is no longer the table's to close. */
  forget(core: InnerCore): void {
    this.#open.delete(core)
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

  /** @returns whether it closes; if it is in use again, it says so when that ends */
  #closeIdle(core: InnerCore): boolean {
    if (this.#holds.has(core) || !isIdle(core)) return false
    this.#open.delete(core)
    this.#close(core)
    return true
  }

  /**
   * Closes what is too much, in a later turn of the event loop: whoever waits for a core to open can attach to it, or
   * hold it, in the turn in which it has opened.
   */
  #trimSoon(): void {
    if (this.#isTrimming || this.#open.size <= this.#most || this.#linger.size === 0) return
    this.#isTrimming = true
    onLaterTurn(() => {
      this.#isTrimming = false
      this.#trim()
    })
  }

  #trim(): void {
    while (this.#open.size > this.#most) {
      const core = this.#linger.takeOldest()
      if (core === undefined) return
      if (this.#closeIdle(core)) this.#closedEarly++
    }
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

  /** Takes out the item that has waited the longest; undefined if none waits. */
  takeOldest(): T | undefined {
    for (const [item] of this.#deadlines) {
      this.delete(item)
      return item
    }
    return undefined
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
