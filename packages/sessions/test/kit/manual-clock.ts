import type { Clock } from '../../src/index.js'

/** Time that passes only in advance(). */
export class ManualClock implements Clock {
  readonly #timers: Set<{ at: number; fn: () => void }> = new Set()
  #now = 0

  /** how many timers are set */
  get timers(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#now
  }

  setTimeout(fn: () => void, ms: number): unknown {
    const timer = { at: this.#now + ms, fn }
    this.#timers.add(timer)
    return timer
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(handle as { at: number; fn: () => void })
  }

  /** Lets `ms` pass: each timer fires at its moment. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (let due = this.#next(end); due; due = this.#next(end)) {
      this.#timers.delete(due)
      this.#now = due.at
      due.fn()
    }
    this.#now = end
  }

  #next(end: number) {
    return [...this.#timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0]
  }
}
