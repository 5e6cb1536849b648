import { callEach } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import type { SessionTable } from '@manycore/sessions'

type Callback = (core: InnerCore) => void

/** The callbacks of one store's `watch()`, called for every core that enters the table. */
export class CoreWatchers {
  /** null when there are none, as upstream has it */
  callbacks: Set<Callback> | null = null
  readonly #table: SessionTable
  #unwatch: () => void = () => {}

  constructor(table: SessionTable) {
    this.#table = table
  }

  add(fn: Callback): void {
    if (this.callbacks === null) {
      const callbacks = (this.callbacks = new Set())
      this.#unwatch = this.#table.watch((core) => {
        callEach(callbacks, core)
      })
    }
    this.callbacks.add(fn)
  }

  delete(fn: Callback): void {
    this.callbacks?.delete(fn)
    if (this.callbacks?.size === 0) this.clear()
  }

  clear(): void {
    this.#unwatch()
    this.callbacks = null
  }
}
