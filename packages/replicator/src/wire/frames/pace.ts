import { type Clock, systemClock } from '@manycore/ground'
import { UNASKED_BURST_BYTES, UNASKED_BYTES_PER_MS } from '../../defaults.js'

/**
 * How fast large frames are read that nobody asked for, of all streams together: each is decrypted in one go, in which
 * nothing else goes on.
 */
export class Pace {
  readonly clock: Clock
  /** When all that was read is paid for. */
  #paidMs = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  /**
   * Called when so many bytes have come.
   * @returns for how many ms no more may be read of the stream; 0 = go on
   */
  take(bytes: number): number {
    const now = this.clock.now()
    const earliest = now - UNASKED_BURST_BYTES / UNASKED_BYTES_PER_MS
    this.#paidMs = Math.max(this.#paidMs, earliest) + bytes / UNASKED_BYTES_PER_MS
    return Math.max(0, this.#paidMs - now)
  }
}

/** There is one event loop, whatever the number of replicators. */
export const pace: Pace = new Pace(systemClock)
