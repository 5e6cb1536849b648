type Callback<Args extends readonly unknown[]> = (...args: Args) => unknown

/**
 * Makes an error of the user's callback an uncaught exception, in a microtask of its own. Whoever called the callback
 * goes on.
 */
export function reportError(err: unknown): void {
  queueMicrotask(() => {
    throw err
  })
}

/** Calls every callback, in order. What one throws is reported, and the others are called all the same. */
export function callEach<Args extends readonly unknown[]>(
  callbacks: Iterable<Callback<Args>>,
  ...args: Args
): void {
  for (const callback of callbacks) {
    try {
      callback(...args)
    } catch (err) {
      reportError(err)
    }
  }
}

/**
 * A function that calls a callback and does not wait for it. What the callback throws or rejects with is reported, and
 * keeps nothing from going on.
 */
export function careful<Args extends readonly unknown[]>(callback: Callback<Args>): (...args: Args) => void {
  return (...args) => {
    void new Promise((resolve) => resolve(callback(...args))).catch(reportError)
  }
}
