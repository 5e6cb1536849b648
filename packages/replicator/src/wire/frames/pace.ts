import { type Clock, systemClock } from '@manycore/ground'
import { UNASKED_BURST_BYTES, UNASKED_BYTES_PER_MS } from '../../defaults.js'

/** A stream whose frame is read slowly. */
export interface Paced {
  /** Bytes that it was given lately. */
  given: number
  /** When it last asked, in ms. */
  askedMs: number
  /** Reads the next piece. */
  goOn(): void
}

/** Milliseconds after which it is forgotten what a stream was given. */
const FORGET_MS = 10_000

/**
 * How fast large frames are read that nobody asked for, of all streams together: each is decrypted in one go, in which
 * nothing else goes on. Whoever was given the least is next, so that one frame of an honest peer need not wait for those of
 * many others. By the system's clock, because there is one event loop, whatever clocks the hosts have.
 */
export class Pace {
  readonly #clock: Clock
  readonly #waiting = new Set<Paced>()
  /** When all that was read is paid for. */
  #paidMs = 0
  #timer: unknown = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Called when a stream has read so many bytes.
   * @returns whether it may read more at once; else its `goOn()` is called when it may
   */
  ask(stream: Paced, bytes: number): boolean {
    const now = this.#clock.now()
    const earliest = now - UNASKED_BURST_BYTES / UNASKED_BYTES_PER_MS
    this.#paidMs = Math.max(this.#paidMs, earliest) + bytes / UNASKED_BYTES_PER_MS
    stream.given = bytes + (now - stream.askedMs < FORGET_MS ? stream.given : 0)
    stream.askedMs = now
    if (this.#waiting.size === 0 && this.#paidMs <= now) return true
    this.#waiting.add(stream)
    this.#schedule(now)
    return false
  }

  /** A stream reads slowly no more. */
  leave(stream: Paced): void {
    this.#waiting.delete(stream)
  }

  #schedule(now: number): void {
    if (this.#timer !== null || this.#waiting.size === 0) return
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#timer = null
        this.#next()
      },
      Math.max(1, this.#paidMs - now)
    )
  }

  #next(): void {
    const now = this.#clock.now()
    if (this.#paidMs <= now) {
      let next: Paced | null = null
      for (const each of this.#waiting) if (next === null || each.given < next.given) next = each
      if (next !== null) {
        this.#waiting.delete(next)
        next.goOn()
      }
    }
    this.#schedule(now)
  }
}

/** There is one event loop, whatever the number of replicators. */
export const pace: Pace = new Pace(systemClock)
