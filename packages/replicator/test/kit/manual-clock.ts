import type { Clock } from '../../src/index.js'

/** A clock whose timers run when the test says so. */
export class ManualClock implements Clock {
  readonly timers: Map<number, { fn: () => void; ms: number }> = new Map()
  #ids = 0

  now(): number {
    return 0
  }

  setTimeout(fn: () => void, ms: number): unknown {
    this.timers.set(++this.#ids, { fn, ms })
    return this.#ids
  }

  clearTimeout(id: unknown): void {
    this.timers.delete(id as number)
  }

  /** Runs all timers that are set now. */
  run(): void {
    const timers = [...this.timers.values()]
    this.timers.clear()
    for (const { fn } of timers) fn()
  }
}
