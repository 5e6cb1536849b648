import { badArgument } from '@manycore/ground'
import { type Clock, MAX_TIMER_MS } from '../clock.js'

/** Whether cores are offered unasked: always, never, or for a while. */
export type ActiveFor = boolean | { forMs: number }

export class Activity {
  readonly #clock: Clock
  #active: boolean
  #timer: unknown = null

  constructor(active: boolean, clock: Clock) {
    this.#active = active
    this.#clock = clock
  }

  get active(): boolean {
    return this.#active
  }

  /** A later call takes the place of an earlier one. @throws BAD_ARGUMENT; then nothing was changed */
  set(active: ActiveFor): void {
    const forMs = typeof active === 'boolean' ? null : checkMs(active)
    this.release()
    this.#active = active !== false
    if (forMs === null) return
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = null
      this.#active = false
    }, forMs)
  }

  /** Stops the timer. */
  release(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#timer = null
  }
}

function checkMs(active: { forMs: number }): number {
  const forMs: unknown = active?.forMs
  if (typeof forMs === 'number' && forMs > 0 && forMs <= MAX_TIMER_MS) return forMs
  throw badArgument('active', `true, false or { forMs: 1 to ${MAX_TIMER_MS} }`, forMs ?? active)
}
