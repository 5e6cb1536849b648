import Hypercore from 'hypercore'
import { Emitter, badArgument, callEach } from '@manycore/ground'
import type {
  CorestoreStorage,
  EventSource,
  InnerCore,
  Hypercore as Session
} from '@manycore/hypercore-types'
import { systemClock } from './clock.js'
import { LINGER_MS } from '../defaults.js'
import { toHex } from './discovery-key.js'
import { SessionsError } from '../errors.js'
import { CoreHooks, discard, isFree, purge } from '../upstream/core-hooks.js'
import { IdleCores } from './idle-cores.js'
import { createCoreOptions, identify, readOpenCoreOptions } from './core-options.js'
import type { OpenCoreOptions } from './core-options.js'
import { SessionScope } from '../scope/session-scope.js'
import { readSessionTableOptions } from './options.js'
import type { SessionTableOptions } from './options.js'
import type { SessionTableEvents } from './events.js'
import { settle } from '../scope/settle.js'

const TableEmitter: new () => EventSource<SessionTableEvents> = Emitter as never

/**
 * The open cores of one storage: one a discovery key, shared by all sessions, closed `lingerMs` after the
 * last use. The only owner of the slots `core.onidle`, `core.ongroupupdate` and `core.replicator.ondownloading`.
 */
export class SessionTable extends TableEmitter {
  /** hex discovery key → core; a closing one stays until it has closed or is replaced */
  readonly map: Map<string, InnerCore> = new Map()
  readonly #storage: CorestoreStorage
  readonly #idle: IdleCores
  readonly #scopes: Set<SessionScope> = new Set()
  readonly #watchers: Set<(core: InnerCore) => void> = new Set()
  /** adopted core → our weak session on it, by which we learn that it closes */
  readonly #adopted: Map<InnerCore, Session<unknown>> = new Map()
  readonly #hooks = new CoreHooks({
    onidle: (core) => {
      if (!this.#adopted.has(core)) this.#idle.idle(core)
    },
    ondownloading: (core) => this.emit('downloading', core),
    ongroupupdate: (topic, update) => this.emit('group-active', topic, update),
    onconflict: (...args) => this.emit('conflict', ...args),
    onpurge: (core) => this.#purge(core)
  })
  /** core → when what is stored of it is deleted; whoever asks for it meanwhile gets a successor that waits for that */
  readonly #purges: Map<InnerCore, Promise<void>> = new Map()
  #closing: Promise<void> | null = null

  /** @param storage  stays the caller's: close it after the table */
  constructor(storage: CorestoreStorage, opts?: SessionTableOptions) {
    super()
    const { lingerMs = LINGER_MS, clock = systemClock } = readSessionTableOptions(opts)
    if (typeof storage?.resumeCore !== 'function')
      throw badArgument('storage', 'a hypercore-storage instance', storage)
    this.#storage = storage
    this.#idle = new IdleCores(lingerMs, clock, (core) => this.#closeIdle(core))
  }

  get size(): number {
    return this.map.size
  }

  get closed(): boolean {
    return this.#closing !== null
  }

  *[Symbol.iterator](): Iterator<InnerCore> {
    for (const core of this.map.values()) if (!this.#isGoing(core)) yield core
  }

  /** @returns null when absent or closing */
  get(discoveryKey: Uint8Array | string): InnerCore | null {
    const core = this.map.get(toHex(discoveryKey))
    return core && !this.#isGoing(core) ? core : null
  }

  /** Is the core here, open and not closing? */
  opened(discoveryKey: Uint8Array | string): boolean {
    return this.get(discoveryKey)?.opened === true
  }

  /**
   * The open core, or a new one, which opens by itself: ready() tells of its failure. It closes after the linger
   * when nothing attaches. While a predecessor is closing the new one waits for it, failed or not.
   * @throws  SESSION_CLOSED, BAD_ARGUMENT
   */
  openCore(options: OpenCoreOptions): InnerCore {
    this.#assertOpen('openCore()')
    const opts = readOpenCoreOptions(options)
    const discoveryKey = identify(opts)
    const hex = toHex(discoveryKey)
    const existing = this.map.get(hex)
    if (existing && !this.#isGoing(existing)) {
      existing.checkIfIdle() // starts its linger anew
      return existing
    }

    const { preopen: asked = null } = opts
    const preopen = existing ? this.#whenLeft(existing).then(() => asked) : asked
    const core = Hypercore.createCore(this.#storage, createCoreOptions(opts, discoveryKey, preopen))
    this.#enter(hex, core)
    core.opening.then(
      () => {
        this.emit('core-open', core)
        core.checkIfIdle() // a core that nothing attaches to lingers too
      },
      () => {
        // Told by core.ready(); the next openCore() starts afresh.
        this.#leave(core)
        discard(core)
      }
    )
    return core
  }

  /**
   * What a remote asks for: the core, open, with or without sessions; it lingers, then closes if nothing attached.
   * @param discoveryKey  32 bytes
   * @returns             null when the core is not stored here
   * @throws              SESSION_CLOSED, BAD_ARGUMENT, and what opening the core throws
   */
  async open(discoveryKey: Uint8Array): Promise<InnerCore | null> {
    this.#assertOpen('open()')
    // Cores of Corestore 6 that were not migrated yet are left to their owner (corestore 7.12.5 index.js:454).
    const here = this.get(discoveryKey) !== null
    if (!here && !(await this.#storage.hasCore(discoveryKey, { ifMigrated: true }))) return null

    const core = this.openCore({ discoveryKey, createIfMissing: false })
    try {
      await core.ready()
    } catch (err) {
      if ((err as { code?: unknown }).code === 'STORAGE_EMPTY') return null
      throw err
    }
    return core
  }

  /**
   * Keeps a core open without a session.
   * @returns  releases it; only the first call counts
   * @throws   SESSION_CLOSED when the core closes already or is not of this table
   */
  hold(core: InnerCore): () => void {
    if (!this.#hooks.has(core) || this.#isGoing(core))
      throw new SessionsError('SESSION_CLOSED', 'hold() of a closed core')
    return this.#idle.hold(core)
  }

  /**
   * Takes a plain Hypercore in: its events come from here, iteration and get() find it, sessions on it can be had
   * from a scope. It keeps its storage; the table never closes it, and lets it go when it closes by itself.
   * @throws  CORE_TAKEN when a store, another table or another core with its discovery key is in the way
   */
  async adopt(session: Session<unknown>): Promise<InnerCore> {
    this.#assertOpen('adopt()')
    await session.ready()
    const core = session.core as InnerCore
    const hex = toHex(core.discoveryKey)
    for (let twin = this.map.get(hex); twin && this.#isGoing(twin); twin = this.map.get(hex))
      await this.#whenLeft(twin)
    this.#assertOpen('adopt()')
    if (this.#hooks.has(core)) return core
    if (core.closing) throw new SessionsError('SESSION_CLOSED', 'adopt() of a closed Hypercore')
    if (!isFree(core) || this.map.has(hex))
      throw new SessionsError('CORE_TAKEN', `core ${core.id} has an owner`)

    const ongc = () => {
      if (this.#adopted.has(core)) void this.#whenLeft(core)
    }
    const follower = { core, weak: true, sessions: [], ongc }
    this.#adopted.set(core, new Hypercore(null, null, follower))
    this.#enter(hex, core)
    this.emit('core-open', core)
    return core
  }

  /** Sessions that are closed together, or with the table. */
  scope(): SessionScope {
    this.#assertOpen('scope()')
    const scope = new SessionScope(this, () => this.#scopes.delete(scope))
    this.#scopes.add(scope)
    return scope
  }

  /**
   * Calls `fn` for every core that comes into the table, before it is opened (an adopted one is open). What it throws
   * becomes an uncaught exception: other watchers are called all the same, and the core opens.
   * @returns  a function that stops watching
   */
  watch(fn: (core: InnerCore) => void): () => void {
    this.#watchers.add(fn)
    return () => {
      this.#watchers.delete(fn)
    }
  }

  /**
   * Closes every scope, then every core; adopted cores stay open and get their slots back. Idempotent.
   * @throws  AggregateError of what failed, after every step was tried
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const scopes = settle(
      'closing scopes',
      [...this.#scopes].map((scope) => scope.close())
    )
    await scopes.catch(noop) // reported below, once the cores had their turn
    const cores = [...this.map.values()].map((core) => {
      if (this.#purges.has(core)) return this.#whenLeft(core)
      return this.#adopted.has(core) ? this.#release(core) : this.#shut(core)
    })
    this.#watchers.clear()
    await settle('closing the table', [scopes, ...cores])
  }

  #assertOpen(call: string): void {
    if (this.closed) throw new SessionsError('SESSION_CLOSED', `${call} after the table was closed`)
  }

  #enter(hex: string, core: InnerCore): void {
    this.map.set(hex, core)
    this.#hooks.add(core)
    callEach(this.#watchers, core)
  }

  /** Forgets a core; a second call does nothing. */
  #leave(core: InnerCore): void {
    if (!this.#hooks.delete(core)) return
    this.#idle.forget(core)
    this.#adopted.delete(core)
    const hex = toHex(core.discoveryKey)
    if (this.map.get(hex) === core) this.map.delete(hex)
    if (core.opened) this.emit('core-close', core)
  }

  #isGoing(core: InnerCore): boolean {
    return core.closing !== null || this.#purges.has(core)
  }

  /** Held until it is deleted, so that no successor opens between the close and the deletion. */
  #purge(core: InnerCore): Promise<void> {
    const known = this.#purges.get(core)
    if (known !== undefined) return known
    const release = this.#idle.hold(core)
    const purging = purge(core).finally(() => {
      this.#purges.delete(core)
      release()
      if (core.closing !== null) this.#leave(core) // it stays if it could not be closed
    })
    this.#purges.set(core, purging)
    return purging
  }

  #closeIdle(core: InnerCore): void {
    core.close().then(
      () => this.#leave(core),
      (err: unknown) => {
        this.#leave(core)
        this.emit('core-error', err, core)
      }
    )
  }

  /** Closes a core whatever still uses it. */
  async #shut(core: InnerCore): Promise<void> {
    await core.opening.catch(noop) // told by core.ready()
    if (!core.opened) return
    try {
      await core.closeAllSessions(null)
      await core.close()
    } finally {
      this.#leave(core)
    }
  }

  /** Lets an adopted core go, open. */
  async #release(core: InnerCore): Promise<void> {
    const session = this.#adopted.get(core)
    this.#leave(core)
    await session?.close()
  }

  /** Waits until a closing core has closed or failed to, and forgets it; never rejects. */
  async #whenLeft(core: InnerCore): Promise<void> {
    try {
      await (this.#purges.get(core) ?? core.closing)
    } catch {
      // Told to whoever closed it; a successor can open all the same.
    }
    this.#leave(core)
  }
}

function noop(): void {}
