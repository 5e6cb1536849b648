import Hypercore from 'hypercore'
import { badArgument, callEach, closeAll } from '@manycore/ground'
import type { Hypercore as Session, InnerCore } from '@manycore/hypercore-types'
import { CloseSignal, closeEarly, rejectable } from './preload.js'
import { CLOSES_AT_ONCE } from '../defaults.js'
import { SessionsError } from '../errors.js'
import { applyLate, keepPreload, listing, NOTHING_YET, retire } from '../upstream/session.js'
import type { Listing } from '../upstream/session.js'
import { readScopeSessionOptions, readSessionSource } from './options.js'
import type { ScopeSessionOptions, SessionSource } from './options.js'

/** Keeps a core open while a session on it is still opening; a `SessionTable` is one. */
export interface CoreHolder {
  /** Called by a scope for each session that opens. @returns a function that releases the core */
  hold(core: InnerCore): () => void
}

/**
 * Sessions that are closed together, listed by their core's id (z-base-32 of its key). A session that is made with
 * `session()` or `snapshot()` of one in a scope is in that scope as well.
 */
export class SessionScope implements Iterable<Session<unknown>> {
  /** Core id → open sessions. Each list is the `sessions` array of the sessions in it. */
  readonly map: Map<string, Session<unknown>[]> = new Map()
  readonly #cores: CoreHolder
  readonly #onclose: (scope: SessionScope) => void
  /** Sessions that may not be in a list yet. */
  readonly #opening: Set<Session<unknown>> = new Set()
  /** List → how many sessions are about to come to it. */
  readonly #awaited: Map<Session<unknown>[], number> = new Map()
  #closing: Promise<void> | null = null

  /** @param onclose  called once, when the scope has closed */
  constructor(cores: CoreHolder, onclose: (scope: SessionScope) => void = noop) {
    this.#cores = cores
    this.#onclose = onclose
  }

  /** How many cores have sessions here. */
  get size(): number {
    return this.map.size
  }

  /** Has close() been called? */
  get closed(): boolean {
    return this.#closing !== null
  }

  /**
   * The sessions of a core: the list itself, not a copy. It is made if there is none.
   * @param id  z-base-32 of the core's key
   */
  get(id: string): Session<unknown>[] {
    let list = this.map.get(id)
    if (list === undefined) this.map.set(id, (list = []))
    return list
  }

  /** The sessions of a core, or all. @param id  z-base-32 of the core's key */
  list(id?: string): Session<unknown>[] {
    return id === undefined ? [...this] : (this.map.get(id) ?? [])
  }

  /** Every session of the scope. */
  *[Symbol.iterator](): Iterator<Session<unknown>> {
    for (const sessions of this.map.values()) yield* sessions
  }

  /**
   * A new session on a core. It comes back at once and opens by itself; what prevents it from opening rejects its
   * ready() and every other call on it.
   * @param source   a core of the table, or a promise of one with further options
   * @param options  any session option of Hypercore; those that are not named here are passed on to it
   * @param onclose  called by close() of a session that still waits for `source`, which should then reject. If null,
   *                 close() waits for `source`, which settles soon. By default close() does not wait for it.
   * @throws SESSION_CLOSED after close(), or if the core is closing already; BAD_ARGUMENT
   */
  session<T = Uint8Array>(
    source: InnerCore | Promise<SessionSource>,
    options?: ScopeSessionOptions<T>,
    onclose?: (() => void) | null
  ): Session<T> {
    if (this.closed) throw new SessionsError('SESSION_CLOSED', 'session() after the scope was closed')
    if (!source) throw badArgument('source', 'an inner core or a promise of { core }', source)
    const opts = readScopeSessionOptions(options)

    // With its key known a core lends the session its id and key at once; without, the session waits for it.
    const known = !isPromise(source) && source.id !== null
    let release = noop
    const hold = (core: InnerCore) => {
      release = this.#cores.hold(core)
    }
    const late = (core: InnerCore, more: ScopeSessionOptions): Listing => {
      hold(core)
      applyLate(session, more)
      const entry = this.#enter(core)
      const letGo = release
      this.#await(entry.sessions, 1)
      release = () => {
        this.#await(entry.sessions, -1)
        this.#drop(core, entry.sessions)
        letGo()
      }
      return entry
    }
    // An open core is kept open by the session itself, as a rule.
    const isOpen = known && source.opened && !source.closing
    if (known && !isOpen) hold(source)
    const signal = isPromise(source) && onclose === undefined ? new CloseSignal() : null
    const giveUp = signal === null ? (onclose ?? null) : signal.tell
    const awaited = signal === null ? source : Promise.race([source as Promise<SessionSource>, signal.closed])
    const session = new Hypercore<T>(
      null,
      null,
      known
        ? Object.assign({}, opts, this.#enter(source))
        : Object.assign({}, NOTHING_YET, opts, { preload: this.#preload(awaited, late) })
    )
    if (session.opened) {
      release()
      return session
    }
    if (isOpen) hold(source)
    if (!known) keepPreload(session)
    if (giveUp !== null && !known) closeEarly(session, giveUp, (derived) => this.#watch(derived, noop))

    this.#watch(session, () => release())
    return session
  }

  /**
   * Closes every session, those that are still opening included. Idempotent.
   * @throws what failed, after every close was tried: the one error, or an AggregateError of several
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const closed = new Set<Session<unknown>>()
    const failed: Promise<void>[] = []
    try {
      // A session derived from one that was opening comes to a list late, hence more than one round.
      for (;;) {
        const found = [...new Set([...this.#opening, ...this])].filter((session) => !closed.has(session))
        if (found.length === 0) break
        for (const session of found) closed.add(session)
        // One that is opening may wait for the lock of another (`exclusive`), an open one waits for nobody.
        const opening = closeEach(found.filter((session) => !session.opened))
        const open = closeEach(found.filter((session) => session.opened))
        failed.push(closeAll('closing sessions', opening, 'together'))
        failed.push(closeAll('closing sessions', open, CLOSES_AT_ONCE))
        await Promise.allSettled(failed)
      }
      await closeAll(
        'closing sessions',
        failed.map((failure) => () => failure)
      ) // flat
    } finally {
      callEach([this.#onclose], this)
    }
  }

  /** @param release  called once the session has opened or failed to */
  #watch(session: Session<unknown>, release: () => void): void {
    const settled = (): void => {
      this.#opening.delete(session)
      release()
    }
    this.#opening.add(session)
    session.opening!.then(settled, () => {
      settled()
      retire(session)
    })
  }

  async #preload(
    source: InnerCore | Promise<SessionSource>,
    enter: (core: InnerCore, late: ScopeSessionOptions) => Listing
  ): Promise<object> {
    let letGo = noop
    try {
      const late = isPromise(source) ? readSessionSource(await source) : { core: source }
      const { core } = late
      letGo = this.#cores.hold(core)
      if (core.id === null) await core.ready()
      return Object.assign({}, late, enter(core, late))
    } catch (err) {
      throw rejectable(err)
    } finally {
      letGo()
    }
  }

  /** The options that put a session into a list of this scope. */
  #enter(core: InnerCore): Listing {
    return listing(core, this.get(core.id as string), this.#onleave)
  }

  readonly #onleave = ({ core, sessions }: Listing): void => this.#drop(core, sessions)

  /** Drops a list that is empty and will stay so. */
  #drop({ id }: InnerCore, sessions: Session<unknown>[]): void {
    const isLast = sessions.length === 0 && !this.#awaited.has(sessions)
    if (isLast && this.map.get(id as string) === sessions) this.map.delete(id as string)
  }

  /** Sessions will come to this list, or have come. Until then it stays, even if its last session goes. */
  #await(sessions: Session<unknown>[], change: 1 | -1): void {
    const count = (this.#awaited.get(sessions) ?? 0) + change
    if (count === 0) this.#awaited.delete(sessions)
    else this.#awaited.set(sessions, count)
  }
}

function closeEach(sessions: readonly Session<unknown>[]): (() => Promise<void>)[] {
  return sessions.map((session) => () => session.close())
}

function isPromise<T>(value: InnerCore | Promise<T>): value is Promise<T> {
  return 'then' in value
}

function noop(): void {}
