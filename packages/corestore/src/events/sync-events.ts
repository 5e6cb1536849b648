import type { Replicator, SyncView } from '@manycore/replicator'
import type { Corestore } from '../corestore.js'

/** Re-emits 'sync' of the replicator on the stores, which has it only while somebody listens to one of them. */
export class SyncEvents {
  readonly #replicator: Replicator
  readonly #stores: Iterable<Corestore>
  #isListening = false

  /** @param stores  those that get the event now */
  constructor(replicator: Replicator, stores: Iterable<Corestore>) {
    this.#replicator = replicator
    this.#stores = stores
  }

  /** Somebody listens from now on, until an event finds nobody. */
  listen(): void {
    if (this.#isListening) return
    this.#isListening = true
    this.#replicator.on('sync', this.#emit)
  }

  readonly #emit = (view: SyncView): void => {
    let isHeard = false
    for (const store of this.#stores) if (store.emit('sync', view)) isHeard = true
    if (isHeard) return
    this.#isListening = false
    this.#replicator.off('sync', this.#emit)
  }
}
