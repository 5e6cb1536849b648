import b4a from 'b4a'
import { bytes32 } from '@manycore/ground'
import type {
  Decoded,
  Encoder,
  Hypercore,
  InnerCore,
  Protomux,
  ProtocolStream,
  ReplicationStream,
  ValueEncoding
} from '@manycore/hypercore-types'
import { deriveNamespace } from '@manycore/keychain'
import { readReplicateOptions } from '@manycore/replicator'
import type { MirrorOptions, PolicyChange, ReplicateOptions, ReplicationPolicy } from '@manycore/replicator'
import type { SessionScope } from '@manycore/sessions'
import type { StorageInput } from '@manycore/storage-adapters'
import { KEY_BYTES, MANIFEST_VERSION } from './defaults.js'
import { CoreWatchers } from './events/core-events.js'
import { FindingPeers } from './events/finding-peers.js'
import type { GroupHandle } from './events/groups.js'
import { CoreGetter } from './get/getter.js'
import type { GetOptions } from './get/options.js'
import { listPolicies, readSessionOptions, readStoreOptions, readSuspendOptions } from './store/options.js'
import type { CorestoreOptions, StoreOptions, StoreSessionOptions, SuspendOptions } from './store/options.js'
import { StoreRoot } from './store/root.js'
import { lifecycleOf, sharedOf } from './store/view.js'
import { StoredCores } from './stored/stored-cores.js'

/** Shared by every copy of this package, so that `isCorestore` works across copies. */
const BRAND = Symbol.for('manycore.corestore')

/**
 * Many Hypercores under one primary key. A drop-in replacement for npm `corestore` 7; docs/compat.md says where it
 * differs.
 */
export class Corestore extends StoredCores {
  /** The root store; null in the root store itself. */
  readonly root: Corestore | null
  /** The namespace of the names of this store, 32 bytes; zeros unless an option or `namespace()` gave another. */
  readonly ns: Uint8Array
  /** True = no core that is opened through this store is writable. */
  readonly readOnly: boolean
  /** The manifest version of new cores that are opened by name or key pair: 1, 2 or 3. */
  readonly manifestVersion: number
  /** Do streams of this store announce cores without being asked? */
  readonly active: boolean
  /** Does `suspend()` do anything? */
  readonly shouldSuspend: boolean
  /** The open Hypercore sessions that were opened through this store. */
  readonly sessions: SessionScope

  /** What a session adds to the policies of the root store, which its replicator has. */
  readonly #policies: readonly ReplicationPolicy[]
  readonly #getter: CoreGetter
  readonly #finding = new FindingPeers()
  readonly #watching: CoreWatchers

  /**
   * Opens by itself; `ready()` rejects if something is wrong with the storage.
   * @param storage  a directory (RocksDB), a hypercore-storage instance, an engine, a random-access-storage class,
   *                 function or instance, or an abstract-level database; ignored if there is an option `root`
   * @throws BAD_ARGUMENT, ERR_ASSERTION
   */
  constructor(storage: StorageInput | null, options: StoreOptions & { root: Corestore })
  constructor(storage: StorageInput, options?: StoreOptions)
  constructor(storage: StorageInput | null, options?: StoreOptions) {
    const opts = readStoreOptions(options)
    const root = opts.root ?? null
    super(root === null ? new StoreRoot(storage as StorageInput, opts) : sharedOf(root))
    this.root = root
    this.ns = opts.namespace ? b4a.from(opts.namespace) : b4a.alloc(KEY_BYTES)
    this.readOnly = opts.writable === false || !!opts.readOnly
    this.manifestVersion = opts.manifestVersion || MANIFEST_VERSION
    this.active = opts.active !== false
    this.#policies = root === null ? [] : listPolicies(opts.policy)
    this.shouldSuspend = opts.suspend ?? (root === null ? sharedOf(this).suspends : root.shouldSuspend)
    this.sessions = sharedOf(this).table.scope()
    this.#watching = new CoreWatchers(sharedOf(this).table)
    this.#getter = new CoreGetter(this, lifecycleOf(this), sharedOf(this).names)
    if (root !== null) sharedOf(this).stores.add(this)
    sharedOf(this).audience.add(this)

    // Whoever needs the store awaits ready() or a core's ready() and gets the error there.
    this.ready().catch(() => {})
  }

  /** Returns a store as it is, and opens a new one on any other storage. @throws BAD_ARGUMENT, ERR_ASSERTION */
  static from(storage: StorageInput | Corestore, opts?: CorestoreOptions): Corestore {
    return Corestore.isCorestore(storage) ? storage : new Corestore(storage, opts)
  }

  /** Is this a store of this package, or of another copy of it? Not one of npm corestore. */
  static isCorestore(value: unknown): value is Corestore {
    return typeof value === 'object' && value !== null && BRAND in value
  }

  /** The callbacks of `watch()`; null if there are none. */
  get watchers(): ReadonlySet<(core: InnerCore) => void> | null {
    return this.#watching.callbacks
  }

  /**
   * Returns a new session of a core at once; it opens by itself (`await core.ready()`). `core.key` is known at once if
   * there is a key, a key pair or a manifest, and after `ready()` if there is only a name.
   * @param key  32 bytes, hex or z-base-32; or options that say which core
   * @throws BAD_ARGUMENT, SESSION_CLOSED. The core's `ready()` rejects with STORAGE_EMPTY or STORAGE_CONFLICT
   */
  get(key: Uint8Array | string): Hypercore
  /** The same with options. What a codec decodes to is the type of a block. */
  get<T>(opts: Omit<GetOptions, 'valueEncoding'> & { valueEncoding: Encoder<T> }): Hypercore<T>
  /** The same with options. The name of an encoding says the type of a block. */
  get<E extends ValueEncoding>(opts: GetOptions & { valueEncoding: E }): Hypercore<Decoded<E>>
  /** The same with options. Without an encoding, a block is bytes. */
  get(opts: GetOptions & { valueEncoding?: 'binary' | null }): Hypercore
  /** The same with options in a variable of the type `GetOptions<T>`. */
  get<T>(opts: GetOptions<T>): Hypercore<T>
  get(input: GetOptions | Uint8Array | string): Hypercore<unknown> {
    lifecycleOf(this).checkOpen()
    const session = this.#getter.get(input)
    this.#finding.add(session)
    return session
  }

  /**
   * A store that shares everything with this one. Its `close()` closes only what was opened through it.
   * @throws BAD_ARGUMENT, SESSION_CLOSED
   */
  session(options?: StoreSessionOptions): Corestore {
    lifecycleOf(this).checkOpen()
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

  /**
   * A session in which a name means another core than the same name does elsewhere. Namespaces can be nested.
   * @param name  a string, or bytes
   * @throws BAD_ARGUMENT, SESSION_CLOSED
   */
  namespace(name: string | Uint8Array, opts?: StoreSessionOptions): Corestore {
    return this.session({ ...readSessionOptions(opts), namespace: deriveNamespace(this.ns, name) })
  }

  /**
   * Replicates over a stream every core that is loaded, now or later, with a peer that knows the core's key.
   * @param isInitiator  the stream to the peer (of Hyperswarm), its Protomux, or a boolean: which end of a new stream
   *                     this is
   * @param options      `policy` narrows the store's; `keyPair` and some others are for a new stream
   * @returns the stream; pipe a new one to the peer
   * @throws BAD_ARGUMENT, SESSION_CLOSED
   */
  replicate(isInitiator: boolean | ProtocolStream | Protomux, options?: ReplicateOptions): ReplicationStream {
    lifecycleOf(this).checkOpen()
    const opts = readReplicateOptions(isInitiator, options)
    const policy = [...this.#policies, ...listPolicies(opts.policy)]
    return sharedOf(this).replicator.replicate(isInitiator, { active: this.active, ...opts, policy })
  }

  /**
   * Mirrors from now on, over all streams that are open or will be: every stored core that `filter` and the policies let
   * through is kept whole and current with peers that mirror, too. Only those that differ are opened, and not for longer than it
   * takes. Cores that somebody has a session of are replicated as without.
   * @throws BAD_ARGUMENT, also if the store mirrors already; SESSION_CLOSED
   */
  mirror(options?: MirrorOptions): void {
    lifecycleOf(this).checkOpen()
    sharedOf(this).replicator.mirror(options)
  }

  /**
   * Waits until nothing is known to differ from the peers that are connected. Of each core that is open on a stream, both sides
   * know the same fork and length; we have all blocks that sessions have asked for and the peer has; and the peer has got what
   * it has asked for. No open of the peer waits for a policy or for storage, sessions that are opening have opened, and mirrors
   * have compared and differ in nothing. What a policy keeps from a side does not count, and a stream whose handshake is not over
   * counts as one on which something differs. A peer may open more cores later.
   *
   * Resolves at once if nobody is connected, and once those who were have gone. As long as a peer does not take a new length
   * or answer, or mirrors cannot be compared (`lastError` of the stream in `syncView()`), it waits. O(what is attached) at the beginning and the end.
   * @param peer  a public key of 32 bytes, or a stream; default: all peers
   * @throws BAD_ARGUMENT; SESSION_CLOSED, also if the root store is closed meanwhile
   */
  async synced(peer?: Uint8Array | ProtocolStream): Promise<void> {
    lifecycleOf(this).checkOpen()
    await sharedOf(this).synced(peer)
  }

  /**
   * Asks the policies again: about all streams or those of one peer, and about all cores or one. Cores that are denied
   * now are closed on these streams, and those that are allowed now are opened. The streams stay open.
   * @returns resolves once no block of a core that was closed is read or handed to its stream any more
   * @throws BAD_ARGUMENT, SESSION_CLOSED
   */
  async policyChanged(change?: PolicyChange): Promise<void> {
    lifecycleOf(this).checkOpen()
    await sharedOf(this).replicator.policyChanged(change)
  }

  /**
   * Calls `fn` for every core that is loaded, before it is open, until `unwatch(fn)`. What `fn` throws becomes an
   * uncaught exception.
   * @throws SESSION_CLOSED
   */
  watch(fn: (core: InnerCore) => void): void {
    lifecycleOf(this).checkOpen()
    this.#watching.add(fn)
  }

  /** Takes back `watch(fn)`. */
  unwatch(fn: (core: InnerCore) => void): void {
    this.#watching.delete(fn)
  }

  /**
   * A handle that emits 'update' when an open core of a group changes.
   * @param topic  32 bytes
   * @throws BAD_ARGUMENT, SESSION_CLOSED
   */
  notifyGroup(topic: Uint8Array): GroupHandle {
    lifecycleOf(this).checkOpen()
    return sharedOf(this).groups.add(bytes32('topic', topic))
  }

  /**
   * Tells the sessions of this store that peers are being looked for: until then they do not say "not found".
   * @returns a function that says the search is over; only the first call counts
   * @throws SESSION_CLOSED
   */
  findingPeers(): () => void {
    lifecycleOf(this).checkOpen()
    return this.#finding.begin(this.sessions)
  }

  /**
   * Stops all disk activity and releases the lock until `resume()`. Whatever is asked for meanwhile waits. `suspend()`,
   * `resume()` and `close()` are carried out in the order of the calls, whether they are awaited or not.
   * @throws BAD_ARGUMENT, SESSION_CLOSED, and whatever opening the store or suspending its storage throws
   */
  async suspend(opts?: SuspendOptions): Promise<void> {
    const read = readSuspendOptions(opts)
    lifecycleOf(this).checkOpen()
    await sharedOf(this).suspend(this.shouldSuspend ? read : null)
  }

  /**
   * Takes up again what `suspend()` stopped.
   * @throws SESSION_CLOSED; ELOCKED or STORAGE_CHANGED if another process has or had the storage: it stays suspended then
   */
  async resume(): Promise<void> {
    lifecycleOf(this).checkOpen()
    await sharedOf(this).resume()
  }

  protected _open(): Promise<void> {
    return lifecycleOf(this).open()
  }

  protected _close(): Promise<void> {
    this.#finding.end()
    this.#watching.clear()
    return lifecycleOf(this).close()
  }
}

Object.defineProperty(Corestore.prototype, BRAND, { value: true })
