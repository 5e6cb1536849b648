import { laterTurn as endTurn, onLaterTurn as runLater } from '@manycore/ground'

/**
 * Resolves in a later macrotask, as the reads of a real disk do. Hypercore's replication relies on it: with
 * reads that resolve in a microtask two of its behaviours go wrong.
 */
export function laterTurn(): Promise<void> {
  return endTurn()
}

/** Runs a function in a later macrotask; several run one by one, in the order of the calls. */
export function onLaterTurn(fn: () => void): void {
  runLater(fn)
}
