import type { Engine, EngineSupports } from '@manycore/kv'

/**
 * A runner's test function: `test` of node:test, vitest, brittle or tape. A case that fails throws.
 * `skip` gets the cases that `supports` of the engine rules out, with the reason in their names.
 */
export interface TestFunction {
  (name: string, fn: () => Promise<void>): unknown
  /** Names a test that is not run. */
  skip(name: string, fn: () => Promise<void>): unknown
}

/** Where the data of one engine lives, for the duration of one case. */
export interface Place {
  /** Makes an engine on this data, and does not open it. The one that was given before has been closed or has crashed. */
  engine(): Engine
  /** The process dies: whatever the engine has not written is lost, and nothing more is written. */
  crash?(): Promise<void>
  /** Removes the data. */
  remove?(): Promise<void>
}

/** What is to be tested. */
export interface Subject {
  /** Such as 'memory'; it goes before the name of each case. */
  name: string
  /** What the engine can do; a case of what it cannot is skipped. */
  supports: EngineSupports
  /** True: its places can `crash()`. False: kill real processes instead. Default: false. */
  crashes?: boolean
  /** Makes a new place, empty. */
  create(): Promise<Place> | Place
}
