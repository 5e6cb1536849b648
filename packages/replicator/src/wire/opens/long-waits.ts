import type { Clock } from '@manycore/ground'
import { LONG_WAIT_MS, LONG_WAITS } from '../../defaults.js'

/**
 * Says so when many opens of one stream wait for long, and few of them are answered: a policy is slow, or the storage.
 * Time goes in rounds, and an open is old once a whole round has passed since it came.
 */
export class LongWaits {
  readonly #clock: Clock
  readonly #tell: (opens: number) => void
  #round = 0
  #waiting = 0
  /** Those that came in this round. */
  #young = 0
  /** Those that came before this round and were answered in it. */
  #answered = 0
  #timer: unknown = null
  #told = false

  /** @param tell  called once, until fewer than half as many wait */
  constructor(clock: Clock, tell: (opens: number) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  /** @returns the round, for `answered()` */
  begin(): number {
    this.#young++
    if (++this.#waiting >= LONG_WAITS) this.#watch()
    return this.#round
  }

  answered(round: number): void {
    this.#waiting--
    if (round === this.#round) this.#young--
    else this.#answered++
    if (this.#waiting < LONG_WAITS / 2) this.stop()
  }

  stop(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#timer = null
    this.#told = false
  }

  #watch(): void {
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = null
      const old = this.#waiting - this.#young
      if (old >= LONG_WAITS && this.#answered < old / 4 && !this.#told) {
        this.#told = true
        this.#tell(old)
      }
      this.#round++
      this.#young = 0
      this.#answered = 0
      if (this.#waiting >= LONG_WAITS) this.#watch()
    }, LONG_WAIT_MS)
  }
}
