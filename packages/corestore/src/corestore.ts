import b4a from 'b4a'
import type {
  CoreAuth,
  Decoded,
  Encoder,
  Hypercore,
  InnerCore,
  KeyPair,
  Protomux,
  ProtocolStream,
  ReadableStream,
  ReplicationStream,
  ValueEncoding
} from '@manycore/hypercore-types'
import { Keychain, deriveNamespace } from '@manycore/keychain'
import type { PolicyChange, ReplicateOptions, ReplicationPolicy } from '@manycore/replicator'
import type { SessionScope } from '@manycore/sessions'
import type { StorageInput } from '@manycore/storage-adapters'
import { auditCores, readAuditOptions } from './stored/audit.js'
import type { AuditOptions, CoreAudit } from './stored/audit.js'
import { checkBytes32, checkKey } from './get/keys.js'
import { KEY_BYTES, MANIFEST_VERSION } from './defaults.js'
import { CoreGetter } from './get/getter.js'
import { CoreWatchers } from './events/watchers.js'
import { CorestoreError } from './errors.js'
import { FindingPeers } from './events/finding-peers.js'
import { readGetOptions } from './get/options.js'
import type { GetOptions } from './get/options.js'
import type { GroupHandle } from './events/groups.js'
import { listPolicies, readSessionOptions, readStoreOptions } from './store/options.js'
import type { CorestoreOptions, StoreOptions, StoreSessionOptions } from './store/options.js'
import { readReplicateOptions } from './store/replicate-options.js'
import { copyBlocks, staticManifest } from './upstream/static-core.js'
import { StoreRoot } from './store/root.js'
import { StoreView } from './store/view.js'
import { readSuspendOptions } from './store/suspend-options.js'
import type { SuspendOptions } from './store/suspend-options.js'

/** Shared by every copy of this package, so that `isCorestore` works across copies. */
const BRAND = Symbol.for('manycore.corestore')

/**
 * Many Hypercores under one primary key. A drop-in for npm `corestore` 7; what differs is in
 * docs/compat.md.
 */
export class Corestore extends StoreView {
  /** The root store; null in the root store itself. */
  readonly root: Corestore | null
  /** The namespace of this store, 32 bytes; zeros in a root store that was given none. */
  readonly ns: Uint8Array
  /** Whether no core that is opened through this store can be written. */
  readonly readOnly: boolean
  /** The version of the manifests of new named cores: 1, 2 or 3. */
  readonly manifestVersion: number
  /** Whether streams made by this store announce cores unasked. */
  readonly active: boolean
  /** Whether `suspend()` does anything. */
  readonly shouldSuspend: boolean
  /** The open sessions that were made through this store. */
  readonly sessions: SessionScope

  /** those that a session adds to the root store's, which its replicator has */
  readonly #policies: readonly ReplicationPolicy[]
  readonly #getter: CoreGetter
  readonly #finding = new FindingPeers()
  #keychain: Keychain | null = null
  readonly #watching: CoreWatchers
  #failure: unknown = null

  /**
   * Opens a store in the background: `ready()` tells when it is open.
   * @param storage  a directory (RocksDB), a hypercore-storage instance, an engine, a random-access-storage
   *   class, function or instance, or an abstract-level database; not looked at with an option `root`
   * @throws BAD_ARGUMENT, ERR_ASSERTION; what goes wrong with the storage rejects `ready()`
   */
  constructor(storage: StorageInput | null, options: StoreOptions & { root: Corestore })
  constructor(storage: StorageInput, options?: StoreOptions)
  constructor(storage: StorageInput | null, options?: StoreOptions) {
    const opts = readStoreOptions(options)
    const root = opts.root ?? null
    super(root === null ? new StoreRoot(storage as StorageInput, opts) : root.shared)
    this.root = root
    this.ns = opts.namespace ? b4a.from(opts.namespace) : b4a.alloc(KEY_BYTES)
    this.readOnly = opts.writable === false || !!opts.readOnly
    this.manifestVersion = opts.manifestVersion || MANIFEST_VERSION
    this.active = opts.active !== false
    this.#policies = root === null ? [] : listPolicies(opts.policy)
    this.shouldSuspend = opts.suspend ?? (root === null ? this.shared.suspends : root.shouldSuspend)
    this.sessions = this.shared.table.scope()
    this.#watching = new CoreWatchers(this.shared.table)
    this.#getter = new CoreGetter(this, {
      checkOpen: () => this.#checkOpen(),
      whenOpen: () => this.#whenOpen(),
      keychain: () => this.#keychain!,
      names: this.shared.names
    })
    if (root !== null) this.shared.stores.add(this)
    this.shared.events.follow(this)

    // Whoever needs the store awaits ready() or a core's ready() and gets the error there.
    this.ready().catch(() => {})
  }

  /** Returns a store unchanged and opens anything else. */
  static from(storage: StorageInput | Corestore, opts?: CorestoreOptions): Corestore {
    return Corestore.isCorestore(storage) ? storage : new Corestore(storage, opts)
  }

  /** Whether this is a store of this package, or of another copy of it. False for one of npm corestore. */
  static isCorestore(value: unknown): value is Corestore {
    return typeof value === 'object' && value !== null && BRAND in value
  }

  /** The functions given to `watch()`; null if there are none. */
  get watchers(): ReadonlySet<(core: InnerCore) => void> | null {
    return this.#watching.callbacks
  }

  /**
   * A new session of a core, at once; it opens lazily (`await core.ready()`). With a key, a key pair or a
   * manifest `core.key` is known at once, with a name after `ready()`.
   * @param key  32 bytes, hex or z-base-32 of a key; or options that say which core
   * @throws BAD_ARGUMENT, SESSION_CLOSED at once; STORAGE_EMPTY, STORAGE_CONFLICT by the core's `ready()`
   */
  get(key: Uint8Array | string): Hypercore
  get<T>(opts: Omit<GetOptions, 'valueEncoding'> & { valueEncoding: Encoder<T> }): Hypercore<T>
  get<E extends ValueEncoding>(opts: GetOptions & { valueEncoding: E }): Hypercore<Decoded<E>>
  get(opts: GetOptions & { valueEncoding?: 'binary' | null }): Hypercore
  get<T>(opts: GetOptions<T>): Hypercore<T>
  get(input: GetOptions | Uint8Array | string): Hypercore<unknown> {
    this.#checkOpen()
    const session = this.#getter.get(input)
    this.#finding.add(session)
    return session
  }

  /** A store that shares everything with this one and closes only the sessions got through it. */
  session(options?: StoreSessionOptions): Corestore {
    this.#checkOpen()
    const opts = readSessionOptions(options)
    return new Corestore(null, {
      namespace: this.ns,
      manifestVersion: this.manifestVersion,
      active: this.active,
      suspend: this.shouldSuspend,
      ...opts,
      policy: [...this.#policies, ...listPolicies(opts.policy)],
      readOnly: this.readOnly || !!opts.readOnly,
      root: this.root ?? this
    })
  }

  /** A session whose names give other cores than the same names elsewhere; can be chained. */
  namespace(name: string | Uint8Array, opts?: StoreSessionOptions): Corestore {
    return this.session({ ...readSessionOptions(opts), namespace: deriveNamespace(this.ns, name) })
  }

  /**
   * Replicates every core that is or gets loaded, with a peer that knows its key.
   * @param isInitiator  the peer's stream (Hyperswarm), its Protomux, or which end of a new stream this is
   * @param options      `policy` narrows the store's; `keyPair` and others are of a new stream
   * @throws BAD_ARGUMENT, SESSION_CLOSED
   */
  replicate(isInitiator: boolean | ProtocolStream | Protomux, options?: ReplicateOptions): ReplicationStream {
    this.#checkOpen()
    const opts = readReplicateOptions(isInitiator, options)
    const policy = [...this.#policies, ...listPolicies(opts.policy)]
    return this.shared.replicator.replicate(isInitiator, { active: this.active, ...opts, policy })
  }

  /**
   * Asks the policies again, about all streams or those of a peer, and all cores or one. What is denied now is
   * closed, what is allowed now is opened; the streams stay.
   * @returns resolves when no block of a core that was closed is read or handed to its stream any more
   */
  async policyChanged(change?: PolicyChange): Promise<void> {
    this.#checkOpen()
    await this.shared.replicator.policyChanged(change)
  }

  /**
   * The discovery keys of all stored cores, or of the named ones of a namespace; 32 bytes each.
   * @param namespace  32 bytes
   */
  list(namespace?: Uint8Array): ReadableStream<Uint8Array> {
    this.#checkOpen()
    if (namespace !== undefined && namespace !== null) checkBytes32('namespace', namespace)
    return this.shared.rows.from(async () => {
      await this.ready()
      return this.storage.createDiscoveryKeyStream(namespace)
    })
  }

  /** What is stored of a core's identity, without opening it; null = not stored. */
  async getAuth(discoveryKey: Uint8Array | string): Promise<CoreAuth | null> {
    const id = checkKey('discoveryKey', discoveryKey)
    await this.#whenOpen()
    return this.storage.getAuth(id)
  }

  /** The key pair of a name; deterministic. @param ns  32 bytes */
  async createKeyPair(name: string | Uint8Array, ns: Uint8Array = this.ns): Promise<KeyPair> {
    await this.#whenOpen()
    return this.#keychain!.createKeyPair(name, ns)
  }

  /** Verifies every stored core against its signatures and drops what is corrupt; `dryRun: true` only counts. */
  async *audit(opts?: AuditOptions): AsyncGenerator<CoreAudit> {
    const { dryRun = false } = readAuditOptions(opts)
    await this.#whenOpen()
    yield* auditCores(this.storage, (discoveryKey) => this.get({ discoveryKey, active: false }), dryRun)
  }

  /**
   * A session of a new, unsigned core whose key commits to the blocks that `core` has now. They are copied.
   * @throws STORAGE_EMPTY when there are none
   */
  async staticify(core: Hypercore<unknown>, options?: GetOptions): Promise<Hypercore> {
    const opts = readGetOptions(options)
    await this.#whenOpen()
    const session = this.get({ ...opts, valueEncoding: null, manifest: await staticManifest(core) })
    try {
      await copyBlocks(core, session)
    } catch (err) {
      await session.close()
      throw err
    }
    return session
  }

  /** Calls back for every core that enters the store, before it is open. */
  watch(fn: (core: InnerCore) => void): void {
    this.#checkOpen()
    this.#watching.add(fn)
  }

  /** Takes back `watch(fn)`. */
  unwatch(fn: (core: InnerCore) => void): void {
    this.#watching.delete(fn)
  }

  /** A handle that emits 'update' when a core of the group changes. @param topic  32 bytes */
  notifyGroup(topic: Uint8Array): GroupHandle {
    this.#checkOpen()
    return this.shared.groups.add(checkBytes32('topic', topic))
  }

  /** Tells the sessions of this store that peers are being looked for. @returns what ends that, once */
  findingPeers(): () => void {
    this.#checkOpen()
    return this.#finding.begin(this.sessions)
  }

  /**
   * Stops all disk activity and releases the lock until resume(): whatever is asked for meanwhile waits. suspend(),
   * resume() and close() are carried out in the order of the calls, awaited or not.
   * @throws BAD_ARGUMENT, SESSION_CLOSED, and what opening the store or suspending its storage throws
   */
  async suspend(opts?: SuspendOptions): Promise<void> {
    const read = readSuspendOptions(opts)
    this.#checkOpen()
    await this.shared.suspend(this.shouldSuspend ? read : null)
  }

  /**
   * Takes the lock back and goes on, after `suspend()`.
   * @throws SESSION_CLOSED; ELOCKED or STORAGE_CHANGED if another process has or had the storage: then the
   *   store stays suspended
   */
  async resume(): Promise<void> {
    this.#checkOpen()
    await this.shared.resume()
  }

  #checkOpen(): void {
    if (this.closing === null && (this.root === null || this.root.closing === null)) return
    const why = this.#failure === null ? undefined : { cause: this.#failure }
    throw new CorestoreError('SESSION_CLOSED', 'the store is closed', why)
  }

  async #whenOpen(): Promise<void> {
    this.#checkOpen()
    if (!this.opened) await this.ready()
    this.#checkOpen()
  }

  protected async _open(): Promise<void> {
    try {
      await (this.root === null ? this.shared.open() : this.root.ready())
      this.#keychain = new Keychain(this.primaryKey!, { namespace: this.ns })
    } catch (err) {
      this.#failure = err
      this.shared.stores.delete(this)
      throw err
    }
  }

  protected async _close(): Promise<void> {
    this.#finding.end()
    this.#watching.clear()
    try {
      if (this.root === null) await this.shared.close(this.sessions)
      else await this.sessions.close()
    } finally {
      this.shared.stores.delete(this)
      this.#keychain?.destroy()
    }
  }
}

Object.defineProperty(Corestore.prototype, BRAND, { value: true })
