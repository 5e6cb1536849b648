import type { Clock } from '@manycore/sessions'

/** Timers of so many milliseconds are patience. */
const PATIENCE_MS = 5000

interface Timer {
  readonly fn: () => void
  readonly due: number
}

/** A clock by which nobody loses patience: timers of five seconds and more run when the test says that the time has passed. */
export class PatientClock implements Clock {
  readonly #held = new Map<object, Timer>()
  #passed = 0

  now(): number {
    return performance.now() + this.#passed
  }

  setTimeout(fn: () => void, ms: number): unknown {
    if (ms < PATIENCE_MS) return setTimeout(fn, ms)
    const id = {}
    this.#held.set(id, { fn, due: this.now() + ms })
    return id
  }

  clearTimeout(id: unknown): void {
    if (!this.#held.delete(id as object)) clearTimeout(id as NodeJS.Timeout)
  }

  /** So much time passes, and the timers run that are due. */
  pass(ms: number): void {
    this.#passed += ms
    const due = [...this.#held].filter(([, timer]) => timer.due <= this.now())
    for (const [id, { fn }] of due.toSorted(([, a], [, b]) => a.due - b.due)) {
      if (this.#held.delete(id)) fn()
    }
  }
}
