import { onTestFinished } from 'vitest'

/**
 * Collects uncaught exceptions and unhandled rejections until the test ends. vitest listens for them as well, and
 * would fail the run.
 */
export function collectUncaught(): { exceptions: unknown[]; rejections: unknown[] } {
  const found = { exceptions: [] as unknown[], rejections: [] as unknown[] }
  for (const [event, list] of [
    ['uncaughtException', found.exceptions],
    ['unhandledRejection', found.rejections]
  ] as const) {
    const others = process.listeners(event as never) as unknown as NodeJS.UncaughtExceptionListener[]
    process.removeAllListeners(event)
    process.on(event, (err: unknown) => list.push(err))
    onTestFinished(() => {
      process.removeAllListeners(event)
      for (const listener of others) process.on(event, listener as never)
    })
  }
  return found
}

/** One turn of the event loop: what was reported before has become an uncaught exception. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
