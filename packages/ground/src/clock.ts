/** Where the time comes from. Tests bring their own. */
export interface Clock {
  /** Milliseconds since any fixed moment. */
  now(): number
  /**
   * Calls `fn` once, `ms` milliseconds later.
   * @returns a handle for `clearTimeout()`
   */
  setTimeout(fn: () => void, ms: number): unknown
  /**
   * Takes a timeout back.
   * @param handle  what setTimeout() returned
   */
  clearTimeout(handle: unknown): void
}

/** Milliseconds: above it, setTimeout() of Node and of browsers fires at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1

/** The system's timers. They do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(fn, ms) {
    const timer: { unref?(): unknown } = setTimeout(fn, ms)
    timer.unref?.()
    return timer
  },
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>)
}
