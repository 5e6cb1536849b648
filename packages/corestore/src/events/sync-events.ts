import type { EventSource } from '@manycore/hypercore-types'
import type { Replicator, SyncView } from '@manycore/replicator'
import type { Corestore } from '../corestore.js'

/** What an emitter tells of its listeners, once they have been removed or before they are added. */
type ListenerEvents = { newListener: [name: string]; removeListener: [name: string] }

/** Re-emits 'sync' of the replicator on the stores, which has it only while somebody listens to one of them. */
export class SyncEvents {
  readonly #replicator: Replicator
  readonly #stores = new Set<Corestore>()
  #isListening = false

  constructor(replicator: Replicator) {
    this.#replicator = replicator
  }

  /** From now on the store gets the event, until it closes. */
  follow(store: Corestore): void {
    this.#stores.add(store)
    store.once('close', () => {
      this.#stores.delete(store)
      this.#leave()
    })
    const emitter = store as unknown as EventSource<ListenerEvents>
    emitter.on('newListener', (name) => {
      if (name === 'sync') this.#listen()
    })
    emitter.on('removeListener', (name) => {
      if (name === 'sync') this.#leave()
    })
  }

  #listen(): void {
    if (this.#isListening) return
    this.#isListening = true
    this.#replicator.on('sync', this.#emit)
  }

  /** Stops listening if nobody listens to a store any more. */
  #leave(): void {
    if (!this.#isListening) return
    for (const store of this.#stores) if (store.listenerCount('sync') > 0) return
    this.#isListening = false
    this.#replicator.off('sync', this.#emit)
  }

  readonly #emit = (view: SyncView): void => {
    for (const store of this.#stores) store.emit('sync', view)
  }
}
