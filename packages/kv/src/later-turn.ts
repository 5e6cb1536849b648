/** What all that ask in one turn wait for. */
let next: Promise<void> | null = null

/**
 * Resolves in a later macrotask, as the reads of a real disk do. Hypercore's replication relies on it: with
 * reads that resolve in a microtask two of its behaviours go wrong.
 */
export function laterTurn(): Promise<void> {
  next ??= new Promise((resolve) => {
    defer(() => {
      next = null
      resolve()
    })
  })
  return next
}

// Browsers have no setImmediate; a timer there costs up to 4 ms.
const defer: (fn: () => void) => unknown =
  typeof setImmediate === 'function' ? (fn) => setImmediate(fn) : (fn) => setTimeout(fn, 0)
