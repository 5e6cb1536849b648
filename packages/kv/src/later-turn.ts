/** What all that ask in one turn wait for. */
let next: Promise<void> | null = null

/**
 * Resolves in a later macrotask, as the reads of a real disk do. Hypercore's replication relies on it: with
 * reads that resolve in a microtask two of its behaviours go wrong.
 */
export function laterTurn(): Promise<void> {
  next ??= new Promise((resolve) => {
    onLaterTurn(() => {
      next = null
      resolve()
    })
  })
  return next
}

/** Runs a function in a later macrotask that nobody else has; several run in the order of the calls. */
export function onLaterTurn(fn: () => void): void {
  // Browsers have no setImmediate; a timer there costs up to 4 ms.
  if (typeof setImmediate === 'function') setImmediate(fn)
  else setTimeout(fn, 0)
}
