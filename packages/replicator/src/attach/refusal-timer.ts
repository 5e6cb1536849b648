import type { Clock } from '../clock.js'
import { REFUSAL_MS } from '../defaults.js'

/** One question of a peer, from the moment it came. */
export interface Question {
  /** @returns resolves at the next multiple of the quantum since the question came, or at close() */
  refuse(): Promise<void>
  /** It was answered with yes. */
  drop(): void
}

/**
 * Makes every refusal take the same time, whatever its reason and the work that led to it. The timer starts with
 * the question, so that how long the work took does not show in when it ends.
 */
export class Refusals {
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  begin(): Question {
    let refused: (() => void) | null = null
    let timer: unknown
    const end = (): void => {
      this.#clock.clearTimeout(timer)
      this.#waiting.delete(end)
      refused?.()
    }
    const tick = (): void => {
      if (refused === null) timer = this.#clock.setTimeout(tick, REFUSAL_MS)
      else end()
    }
    timer = this.#clock.setTimeout(tick, REFUSAL_MS)
    this.#waiting.add(end)

    return {
      refuse: () =>
        new Promise((resolve) => {
          refused = resolve
          if (!this.#waiting.has(end)) resolve()
        }),
      drop: end
    }
  }

  /** Answers what waits now and releases all timers. */
  close(): void {
    for (const end of this.#waiting) end()
  }
}
