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

  get storage(): CorestoreStorage {
    return this.shared.storage
  }

  /** the open cores of the root store and all its sessions */
  get cores(): SessionTable {
    return this.shared.table
  }

  get streamTracker(): Replicator['streams'] {
    return this.shared.replicator.streams
  }

  /** what carries the cores: its events, figures and `attach`, `detach`, `setActive`; closed with the root store */
  get replicator(): Replicator {
    return this.shared.replicator
  }

  /** open sessions and namespaces of the root store */
  get corestores(): Set<Corestore> {
    return this.shared.stores
  }

  get globalCache(): object | null {
    return this.shared.globalCache
  }

  /** 32 bytes, secret; null until the store is open, unless it was given */
  get primaryKey(): Uint8Array | null {
    return this.shared.primaryKey
  }
}
