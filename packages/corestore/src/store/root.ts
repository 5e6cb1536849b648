import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { Queue, closeAll } from '@manycore/ground'
import type { CorestoreStorage, InnerCore, ProtocolStream } from '@manycore/hypercore-types'
import { Replicator } from '@manycore/replicator'
import { SessionTable } from '@manycore/sessions'
import type { SessionScope } from '@manycore/sessions'
import { openStorage } from '@manycore/storage-adapters'
import type { StorageInput } from '@manycore/storage-adapters'
import { isAndroid } from 'which-runtime'
import type { Corestore } from '../corestore.js'
import { CorestoreError } from '../errors.js'
import { CoreEvents } from '../events/core-events.js'
import { GroupNotifier } from '../events/groups.js'
import { SyncEvents } from '../events/sync-events.js'
import { CoreNames, namedCores } from '../get/names.js'
import { CoreStates } from '../stored/core-states.js'
import { RowStreams } from '../stored/row-streams.js'
import type { CorestoreOptions, SuspendOptions } from './options.js'

/** What a store and all its sessions share. Sessions hold it by reference. */
export class StoreRoot {
  readonly storage: CorestoreStorage
  readonly table: SessionTable
  readonly replicator: Replicator
  readonly rows: RowStreams = new RowStreams()
  readonly groups: GroupNotifier
  readonly events: CoreEvents
  readonly progress: SyncEvents
  /** The open sessions and namespaces of the root store. */
  readonly stores: Set<Corestore> = new Set()
  /** Those that get events: the same, and the root store. */
  readonly audience: Set<Corestore> = new Set()
  readonly globalCache: object | null
  readonly names: CoreNames
  /** Default of the option `suspend`. Android freezes the process by itself, as upstream found. */
  readonly suspends: boolean = !isAndroid
  /** Runs suspend(), resume() and close() in the order of the calls. */
  readonly #changes = new Queue()
  #opening: Promise<void> | null = null
  /** 32 bytes: what the caller gave, or else null until the store is open. */
  primaryKey: Uint8Array | null

  constructor(storage: StorageInput, opts: CorestoreOptions) {
    this.primaryKey = opts.primaryKey ? b4a.from(opts.primaryKey) : null
    this.globalCache = opts.globalCache ?? null
    const { id, allowBackup, readOnly, wait, treeCache } = opts
    this.storage = openStorage(storage, { id, allowBackup, readOnly, wait, treeCache })
    this.names = new CoreNames(this.storage, (core) => this.#askAgain(core))
    this.groups = new GroupNotifier(this.storage, this.rows)
    const { lingerMs, maxOpenCores, clock } = opts
    this.table = new SessionTable(this.storage, { lingerMs, maxOpenCores, clock })
    const states = new CoreStates(this.storage, () => this.open())
    this.replicator = new Replicator(namedCores(this.table, this.names, states), {
      policy: opts.policy,
      mirror: opts.mirror,
      limits: opts.limits,
      clock: opts.clock
    })
    this.events = new CoreEvents(this.table, this.audience)
    this.progress = new SyncEvents(this.replicator, this.audience)
    this.table.on('group-active', (topic, update) => this.groups.emit(topic, update))
  }

  /**
   * Opens the storage and settles the primary key. If that fails, the storage is closed and unlocked.
   * @throws STORAGE_CONFLICT if another primary key is stored
   */
  open(): Promise<void> {
    this.#opening ??= this.#open()
    return this.#opening
  }

  async #open(): Promise<void> {
    try {
      const stored = (await this.storage.getSeed()) ?? (await this.#storeKey())
      if (this.primaryKey !== null && !b4a.equals(stored, this.primaryKey)) {
        throw new CorestoreError('STORAGE_CONFLICT', 'another primary key is stored here')
      }
      this.primaryKey = stored
    } catch (err) {
      await closeAll('opening the store', [
        () => {
          throw err
        },
        () => this.#leaveStreams(),
        () => this.storage.close()
      ])
    }
  }

  /** @throws SESSION_CLOSED if the store is closed before it is level */
  async synced(peer: Uint8Array | ProtocolStream | undefined): Promise<void> {
    const { streams } = this.replicator
    if (streams.records.length > 0) await this.names.whenFound()
    try {
      await this.replicator.synced(peer)
    } catch (cause) {
      if ((cause as { code?: unknown }).code !== 'REPLICATOR_CLOSED') throw cause
      throw new CorestoreError('SESSION_CLOSED', 'the store was closed while synced() was waiting', { cause })
    }
  }

  /** Somebody listens to an event of one of the stores from now on. */
  heard(event: unknown): void {
    if (event === 'sync') this.progress.listen()
    if (event === 'core-open' || event === 'core-close' || event === 'conflict') this.events.listen()
  }

  /** A store is closed, or could not be opened. */
  leave(store: Corestore): void {
    this.stores.delete(store)
    this.audience.delete(store)
  }

  /** A core has a name that policies did not know. */
  #askAgain(core: InnerCore): void {
    this.replicator.policyChanged({ core }).catch(() => {}) // closed: it is open towards nobody
  }

  #storeKey(): Promise<Uint8Array> {
    return this.storage.setSeed(this.primaryKey ?? crypto.randomBytes(32), { overwrite: false })
  }

  /** The streams stay open, even the store's own, as in Corestore 7: others may use them, and wait for their end. */
  #leaveStreams(): Promise<void> {
    return this.replicator.close({ leaveStreams: true })
  }

  /** @param opts  null = do nothing, when it is this call's turn */
  suspend(opts: SuspendOptions | null): Promise<void> {
    return this.#changes.run(async () => {
      await this.#opening
      if (opts !== null) await this.storage.suspend(opts)
    })
  }

  resume(): Promise<void> {
    return this.#changes.run(async () => {
      await this.#opening
      await this.storage.resume()
    })
  }

  /** Closes in the order in which data flows: sessions, streams, cores, storage. Every step runs. */
  close(scope: SessionScope): Promise<void> {
    return this.#changes.run(() => this.#close(scope))
  }

  async #close(scope: SessionScope): Promise<void> {
    // Whatever a suspension holds back runs now. If another process has the storage, closing it first makes that fail.
    await this.storage.resume().catch(() => this.storage.close().catch(() => {})) // told by the last step
    const sessions = [() => scope.close(), ...[...this.stores].map((store) => () => store.close())]
    await closeAll('closing the store', [
      () => closeAll('closing sessions', sessions, 'together'),
      () => this.#leaveStreams(),
      () => this.table.close(),
      () => this.rows.close(),
      () => this.storage.close()
    ])
  }
}
