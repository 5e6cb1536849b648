import type { Clock } from '@manycore/ground'
import type { Line } from '../../wire/mirror/mirror-channel.js'
import { COMPARE_AGAIN_MAX_MS, COMPARE_AGAIN_MS } from '../defaults.js'

/**
 * Why mirrors of one remote could not be compared with ours, or not be brought level. If it was our doing, or theirs and we ended
 * it, all begins anew after a while, and after longer and longer ones if it fails again. If the remote ended it, so will the remote.
 */
export class Failures {
  readonly #clock: Clock
  readonly #again: () => void
  /** By what the mirror was spoken to on; null = it is about all of them. */
  readonly #errors = new Map<Line | null, Error>()
  #wait = COMPARE_AGAIN_MS
  #timer: unknown = null
  #isClosed = false

  /** @param again  called when all is to begin anew */
  constructor(clock: Clock, again: () => void) {
    this.#clock = clock
    this.#again = again
  }

  /** The first one; null = there are none. */
  get error(): Error | null {
    const [first = null] = this.#errors.values()
    return first
  }

  /** @param isOurs  whether it is for us to begin anew */
  add(line: Line | null, error: Error, isOurs: boolean): void {
    if (this.#isClosed) return
    if (isOurs || !this.#errors.has(line)) this.#errors.set(line, error)
    if (!isOurs || this.#timer !== null) return
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = null
      this.#wait = Math.min(this.#wait * 2, COMPARE_AGAIN_MAX_MS)
      this.#again()
    }, this.#wait)
  }

  /** It begins anew, or the mirror has left. */
  delete(line: Line | null): void {
    this.#errors.delete(line)
  }

  /** All mirrors have compared. */
  settle(): void {
    if (this.#errors.size === 0 && this.#timer === null) this.#wait = COMPARE_AGAIN_MS
  }

  /** There is no mirror any more. */
  clear(): void {
    this.#errors.clear()
    this.#clock.clearTimeout(this.#timer)
    this.#timer = null
  }

  /** From now on nothing is noted. */
  close(): void {
    this.#isClosed = true
    this.clear()
  }
}
