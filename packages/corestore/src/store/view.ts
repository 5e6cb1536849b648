import type { CorestoreStorage } from '@manycore/hypercore-types'
import type { Replicator } from '@manycore/replicator'
import type { SessionTable } from '@manycore/sessions'
import type { Corestore } from '../corestore.js'
import { StoreResource } from './resource.js'
import type { StoreRoot } from './root.js'

/** What the root store and all its sessions show of what they share. */
export abstract class StoreView extends StoreResource {
  /** @internal */
  protected readonly shared: StoreRoot

  constructor(shared: StoreRoot) {
    super()
    this.shared = shared
  }

  /** What Hypercore reads and writes: a hypercore-storage. It closes with the root store. */
  get storage(): CorestoreStorage {
    return this.shared.storage
  }

  /** The open cores of the root store and all its sessions. */
  get cores(): SessionTable {
    return this.shared.table
  }

  /** The open streams, as `records`. */
  get streamTracker(): Replicator['streams'] {
    return this.shared.replicator.streams
  }

  /**
   * What carries the cores: its events and figures, `attach`, `detach` and `setActive`. It closes with the root
   * store.
   */
  get replicator(): Replicator {
    return this.shared.replicator
  }

  /** The open sessions and namespaces of the root store. */
  get corestores(): Set<Corestore> {
    return this.shared.stores
  }

  /** The cache that the cores share; null if none was given. */
  get globalCache(): object | null {
    return this.shared.globalCache
  }

  /** 32 secret bytes; null until the store is open, unless the key was given. */
  get primaryKey(): Uint8Array | null {
    return this.shared.primaryKey
  }
}
