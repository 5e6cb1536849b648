import { laterTurn as endTurn, onLaterTurn as runLater } from '@manycore/ground'

/**
 * Resolves in a later macrotask, as the reads of a real disk do. Hypercore's replication relies on that: two of its
 * behaviours go wrong if reads resolve in a microtask.
 */
export function laterTurn(): Promise<void> {
  return endTurn()
}

/** Runs a function in a later macrotask. Several are run one by one, in the order of the calls. */
export function onLaterTurn(fn: () => void): void {
  runLater(fn)
}

/**
 * Bun (1.4) and Deno (2.9) load native add-ons, but have no libuv: the process ends as soon as an add-on calls it.
 * fs-native-extensions does so for a lock, rocksdb-native for everything.
 * @returns  the name of the runtime if it is one of these, otherwise null
 */
export function runtimeWithoutLibuv(): 'Bun' | 'Deno' | null {
  const { Bun, Deno } = globalThis as { Bun?: unknown; Deno?: unknown }
  if (Bun !== undefined) return 'Bun'
  return Deno === undefined ? null : 'Deno'
}

/** The id of this process; 0 if there is none, as in a browser. */
export function ownPid(): number {
  const { process, Bare } = globalThis as { process?: { pid?: number }; Bare?: { pid?: number } }
  return process?.pid ?? Bare?.pid ?? 0
}
