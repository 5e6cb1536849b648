import Hypercore from 'hypercore'
import { Emitter, badArgument, callEach, closeAll } from '@manycore/ground'
import type { CorestoreStorage, InnerCore, Hypercore as Session } from '@manycore/hypercore-types'
import { CLOSES_AT_ONCE } from '../defaults.js'
import { SessionsError } from '../errors.js'
import { SessionScope } from '../scope/session-scope.js'
import { CoreHooks, discard, isFree } from '../upstream/core-hooks.js'
import { createCoreOptions, identify, readOpenCoreOptions, toHex } from './core-options.js'
import type { OpenCoreOptions } from './core-options.js'
import { AdoptedCores, Departures } from './departures.js'
import { IdleCores } from './idle-cores.js'
import { readSessionTableOptions } from './options.js'
import type { SessionTableEvents, SessionTableOptions, SessionTableStats } from './options.js'

/**
 * The open cores of one storage: one per discovery key, shared by all sessions, and closed `lingerMs` after its last
 * use. The table is the only owner of the slots `core.onidle`, `core.ongroupupdate` and `core.replicator.ondownloading`
 * of its cores: listen to its events instead.
 */
export class SessionTable extends Emitter<SessionTableEvents> {
  /** Hex discovery key → core. A closing core stays until it has closed or is replaced. */
  readonly map: Map<string, InnerCore> = new Map()
  readonly #storage: CorestoreStorage
  readonly #idle: IdleCores
  readonly #adopted = new AdoptedCores()
  readonly #departures = new Departures((core) => this.#leave(core))
  readonly #scopes: Set<SessionScope> = new Set()
  readonly #watchers: Set<(core: InnerCore) => void> = new Set()
  readonly #hooks = new CoreHooks({
    onidle: (core) => {
      if (!this.#adopted.has(core) && this.#idle.idle(core)) this.emit('core-idle', core)
    },
    ondownloading: (core) => this.emit('downloading', core),
    ongroupupdate: (topic, update) => this.emit('group-active', topic, update),
    onconflict: (...args) => this.emit('conflict', ...args),
    onpurge: (core) => this.#departures.purging(core) ?? this.#departures.purge(core, this.#idle.hold(core))
  })
  #closing: Promise<void> | null = null

  /**
   * @param storage  a hypercore-storage instance; it stays the caller's, who closes it after the table
   * @throws BAD_ARGUMENT
   */
  constructor(storage: CorestoreStorage, opts?: SessionTableOptions) {
    super()
    const { lingerMs, maxOpenCores, clock } = readSessionTableOptions(opts)
    if (typeof storage?.resumeCore !== 'function')
      throw badArgument('storage', 'a hypercore-storage instance', storage)
    this.#storage = storage
    this.#idle = new IdleCores(lingerMs, maxOpenCores, clock, (core) => {
      this.#departures.close(core).catch((err: unknown) => this.emit('core-error', err, core))
    })
  }

  /** How many cores are in the table, closing ones included. */
  get size(): number {
    return this.map.size
  }

  /** Has close() been called? */
  get closed(): boolean {
    return this.#closing !== null
  }

  /** Figures of the table. */
  stats(): SessionTableStats {
    const { lingering, closedEarly } = this.#idle
    return { cores: this.map.size, lingering, closedEarly }
  }

  /** The cores of the table that are not closing, those that are still opening included. */
  *[Symbol.iterator](): Iterator<InnerCore> {
    for (const core of this.map.values()) if (!this.#departures.has(core)) yield core
  }

  /**
   * The core with this discovery key, which may still be opening.
   * @param discoveryKey  32 bytes, or 64 hex digits
   * @returns null if it is absent or closing
   * @throws BAD_ARGUMENT
   */
  get(discoveryKey: Uint8Array | string): InnerCore | null {
    const core = this.map.get(toHex(discoveryKey))
    return core && !this.#departures.has(core) ? core : null
  }

  /** Is the core here, open and not closing? @param discoveryKey  32 bytes, or 64 hex digits */
  opened(discoveryKey: Uint8Array | string): boolean {
    return this.get(discoveryKey)?.opened === true
  }

  /**
   * The open core, or a new one, which opens by itself; its ready() rejects if that fails. It closes after the linger
   * if nothing attaches to it. While a predecessor is closing, the new core waits for it, whether that succeeds or not.
   * @throws SESSION_CLOSED, BAD_ARGUMENT
   */
  openCore(options: OpenCoreOptions): InnerCore {
    this.#assertOpen('openCore()')
    const opts = readOpenCoreOptions(options)
    const discoveryKey = identify(opts)
    const hex = toHex(discoveryKey)
    const existing = this.map.get(hex)
    if (existing && !this.#departures.has(existing)) {
      existing.checkIfIdle() // starts its linger again
      return existing
    }

    const { preopen: asked = null } = opts
    const preopen = existing ? this.#departures.settled(existing).then(() => asked) : asked
    const core = Hypercore.createCore(this.#storage, createCoreOptions(opts, discoveryKey, preopen))
    this.#enter(hex, core)
    this.#idle.enter(core)
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
   * The core that a remote asks for, open, with or without sessions. If nothing attaches to it, it closes after the
   * linger.
   * @param discoveryKey  32 bytes
   * @returns null if the core is not stored here
   * @throws SESSION_CLOSED, BAD_ARGUMENT, and whatever opening the core throws
   */
  async open(discoveryKey: Uint8Array): Promise<InnerCore | null> {
    this.#assertOpen('open()')
    // As in Corestore 7 (`_attachMaybe`), cores of Corestore 6 that were not migrated yet are left to their owner.
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
   * @returns a function that releases it; only the first call counts
   * @throws SESSION_CLOSED if the core is closing already, or is not of this table
   */
  hold(core: InnerCore): () => void {
    if (!this.#hooks.has(core) || this.#departures.has(core))
      throw new SessionsError('SESSION_CLOSED', 'hold() of a closed core')
    return this.#idle.hold(core)
  }

  /**
   * Closes a core now that nobody uses: that lingers, or would. It closes in the background, with 'core-close' in the end.
   * @returns false if it is in use, closing already, adopted, or not of this table
   */
  closeIdle(core: InnerCore): boolean {
    return this.#hooks.has(core) && core.opened && !this.#departures.has(core) && this.#idle.closeNow(core)
  }

  /**
   * Takes in a plain Hypercore: its events come from here, iteration and get() find it, and scopes can make sessions on
   * it. It keeps its storage; the table never closes it, and lets it go when it closes by itself.
   * @returns its core
   * @throws SESSION_CLOSED, and CORE_TAKEN if a store, another table or another core with its discovery key has it
   */
  async adopt(session: Session<unknown>): Promise<InnerCore> {
    this.#assertOpen('adopt()')
    await session.ready()
    const core = session.core as InnerCore
    const hex = toHex(core.discoveryKey)
    for (let twin = this.map.get(hex); twin && this.#departures.has(twin); twin = this.map.get(hex))
      await this.#departures.settled(twin)
    this.#assertOpen('adopt()')
    if (this.#hooks.has(core)) return core
    if (core.closing) throw new SessionsError('SESSION_CLOSED', 'adopt() of a closed Hypercore')
    if (!isFree(core) || this.map.has(hex))
      throw new SessionsError('CORE_TAKEN', `core ${core.id} already has an owner`)

    this.#adopted.add(core, () => void this.#departures.settled(core))
    this.#enter(hex, core)
    this.emit('core-open', core)
    return core
  }

  /** A new scope: sessions that are closed together, at the latest with the table. @throws SESSION_CLOSED */
  scope(): SessionScope {
    this.#assertOpen('scope()')
    const scope = new SessionScope(this, () => this.#scopes.delete(scope))
    this.#scopes.add(scope)
    return scope
  }

  /**
   * Calls `fn` for every core that comes into the table, before it is open (an adopted core is open). What `fn` throws
   * becomes an uncaught exception: the other watchers are still called, and the core opens.
   * @returns a function that stops watching
   */
  watch(fn: (core: InnerCore) => void): () => void {
    this.#watchers.add(fn)
    return () => {
      this.#watchers.delete(fn)
    }
  }

  /**
   * Closes every scope, then every core. Adopted cores stay open and get their slots back. Idempotent.
   * @throws what failed, after every step was tried: the one error, or an AggregateError of several
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #close(): Promise<void> {
    const scopes = [...this.#scopes].map((scope) => () => scope.close())
    return closeAll('closing the table', [
      () => closeAll('closing scopes', scopes, 'together'),
      () => {
        this.#watchers.clear()
        const cores = [...this.map.values()]
        const remove = (core: InnerCore) => () => this.#remove(core)
        // What an opening core waits for may never come, and must not keep an open one from closing.
        const open = cores.filter((core) => core.opened).map(remove)
        const opening = cores.filter((core) => !core.opened).map(remove)
        return closeAll(
          'closing cores',
          [
            () => closeAll('closing open cores', open, CLOSES_AT_ONCE),
            () => closeAll('closing opening cores', opening, 'together')
          ],
          'together'
        )
      }
    ])
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

  /** Closes a core, or lets an adopted one go, open. */
  async #remove(core: InnerCore): Promise<void> {
    if (this.#departures.purging(core) !== null) return this.#departures.settled(core)
    const follower = this.#adopted.delete(core)
    if (follower === null) return this.#departures.shut(core)
    this.#leave(core)
    await follower.close()
  }
}
