/** Where the time comes from; tests bring their own. */
export interface Clock {
  /** ms, from any fixed moment */
  now(): number
  setTimeout(fn: () => void, ms: number): unknown
  /** @param handle  what setTimeout() returned */
  clearTimeout(handle: unknown): void
}

/** The system's timers; they do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(fn, ms) {
    const timer: { unref?(): unknown } = setTimeout(fn, ms)
    timer.unref?.()
    return timer
  },
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>)
}
