import type { GroupUpdate, Hypercore, InnerCore } from '@manycore/hypercore-types'
import type { ScopeSessionOptions } from '../scope/options.js'

/** What cores tell their owner. */
export interface CoreListener {
  /** no session, peer or write is left, or the core failed to open */
  onidle(core: InnerCore): void
  ondownloading(core: InnerCore): void
  ongroupupdate(topic: Uint8Array, update: GroupUpdate): void
  /** @param proof  the remote's signed proof of another block at `length` */
  onconflict(core: InnerCore, length: number, fork: number, proof: object): void
  /** a session of the core asks for its deletion; the promise is what that session gives */
  onpurge(core: InnerCore): Promise<void>
}

/** Fields of hypercore 11.37.1 that are nobody's interface; this package touches them in this file only. */
interface HookedCore extends InnerCore {
  /** lib/core.js:49 */
  readonly autoClose: boolean
  readonly replicator: InnerCore['replicator'] & { destroy(): void }
  /** lib/core.js:84 */
  removeMonitor(monitor: CoreHook): void
  /** `Core.purge`, which every session's `purge()` calls; since 11.39 */
  purge?(): Promise<void>
}

/** The single-slot hooks of a core. */
interface Slots {
  onidle: InnerCore['onidle']
  ongroupupdate: InnerCore['ongroupupdate']
  ondownloading: InnerCore['replicator']['ondownloading']
}

/** The cores whose slots are taken: a second owner would silence the first. */
const hooks: WeakMap<InnerCore, CoreHook> = new WeakMap()

/** Does nobody own this core's slots? Cores with autoClose false were made by a store, which owns them. */
export function isFree(core: InnerCore): boolean {
  return !hooks.has(core) && (core as HookedCore).autoClose
}

/** The single-slot hooks of many cores, which may all have one listener: nothing in here is made for each. */
export class CoreHooks {
  readonly listener: CoreListener
  readonly #slots: Slots
  readonly #purge: (this: InnerCore) => Promise<void>
  /** those of the core that was hooked last, before: new cores have all the same */
  #before: Slots = { onidle: noop, ongroupupdate: noop, ondownloading: null }

  constructor(listener: CoreListener) {
    this.listener = listener
    this.#slots = {
      // Hypercore calls them as methods (lib/core.js:136, lib/replicator.js:2147).
      onidle(this: InnerCore) {
        listener.onidle(this)
      },
      ongroupupdate: listener.ongroupupdate,
      ondownloading(this: { core: InnerCore }) {
        listener.ondownloading(this.core)
      }
    }
    this.#purge = function (this: InnerCore) {
      return listener.onpurge(this)
    }
  }

  /** Takes the slots of a core. */
  add(core: InnerCore): void {
    const before = slotsOf(core)
    if (!areSame(before, this.#before)) this.#before = before
    hooks.set(core, new CoreHook(core as HookedCore, this, this.#before))
    fill(core, this.#slots)
    ;(core as HookedCore).purge = this.#purge
  }

  has(core: InnerCore): boolean {
    return hooks.get(core)?.owner === this
  }

  /** Gives the slots back as they were. @returns false when they were not taken by these */
  delete(core: InnerCore): boolean {
    const hook = hooks.get(core)
    if (hook?.owner !== this) return false
    hooks.delete(core)
    fill(core, hook.before)
    delete (core as HookedCore).purge // the prototype's is back
    ;(core as HookedCore).removeMonitor(hook)
    return true
  }
}

function slotsOf({ onidle, ongroupupdate, replicator }: InnerCore): Slots {
  return { onidle, ongroupupdate, ondownloading: replicator.ondownloading }
}

function areSame(a: Slots, b: Slots): boolean {
  const { onidle, ongroupupdate, ondownloading } = a
  return onidle === b.onidle && ongroupupdate === b.ongroupupdate && ondownloading === b.ondownloading
}

function fill(core: InnerCore, { onidle, ongroupupdate, ondownloading }: Slots): void {
  core.onidle = onidle
  core.ongroupupdate = ongroupupdate
  core.replicator.ondownloading = ondownloading
}

/**
 * Listens for conflicts: as a monitor, which is a Hypercore session in upstream. A plain object hears events without
 * being a session, so it neither keeps the core open nor is closed with the sessions after a conflict
 * (lib/core.js:920). There is one for each open core: it is kept small.
 */
class CoreHook {
  /** its place in core.monitors, kept by the core; lib/core.js:79 */
  _monitorIndex: number
  readonly owner: CoreHooks
  readonly before: Slots
  readonly #core: HookedCore

  constructor(core: HookedCore, owner: CoreHooks, before: Slots) {
    this.#core = core
    this.owner = owner
    this.before = before
    // As addMonitor() does (lib/core.js:79), which in an empty list makes room for 16 more.
    const monitored = core as unknown as { monitors: CoreHook[] }
    this._monitorIndex = monitored.monitors.length
    monitored.monitors = monitored.monitors.concat(this)
  }

  /** lib/replicator.js:3284: a new peer gets each monitor's extensions */
  get extensions(): ReadonlyMap<string, unknown> {
    return NO_EXTENSIONS
  }

  /** lib/replicator.js:3296: subtracted from the byte length of a 'download' */
  get padding(): number {
    return 0
  }

  emit(event: string, ...args: unknown[]): void {
    if (event !== 'conflict') return
    this.owner.listener.onconflict(this.#core, ...(args as [number, number, object]))
  }
}

const NO_EXTENSIONS: ReadonlyMap<string, unknown> = new Map()

/** Is the core, which is hooked, free of sessions, peers and writes? Upstream's own test, asked without its effect. */
export function isIdle(core: InnerCore): boolean {
  const { onidle } = core
  let idle = false
  core.onidle = () => {
    idle = true
  }
  core.checkIfIdle()
  core.onidle = onidle
  return idle
}

/** Closes all sessions of a core and the core, then deletes what is stored of it: upstream's own `Core.purge`. */
export function purge(core: InnerCore): Promise<void> {
  return (Object.getPrototypeOf(core) as Required<HookedCore>).purge.call(core)
}

/** Ends the channels of a core that failed to open: close() of such a core only rejects (lib/core.js:957). */
export function discard(core: InnerCore): void {
  ;(core as HookedCore).replicator.destroy()
}

/**
 * Makes a session whose preload rejected a closed one, as upstream does when the core fails (index.js:431);
 * without it, its close() would reject with the preload's error.
 */
export function retire(session: Hypercore<unknown>): void {
  if (session.closed) return
  ;(session as { closed: boolean }).closed = true
  session.emit('close')
}

/**
 * Keeps what a session's preload gives to itself. Upstream hands all of it to the sessions made from one
 * that is still opening (index.js:325), over what they were asked for: with `exclusive` the two wait for
 * each other for ever. They get the core and its list; encryption they take from the session (index.js:399).
 */
export function keepPreload(session: Hypercore<unknown>): void {
  const opening = session as unknown as {
    preload: Promise<{ core: InnerCore; sessions: Hypercore<unknown>[]; ongc: () => void }>
  }
  opening.preload = opening.preload.then(({ core, sessions, ongc }) => ({ core, sessions, ongc }))
  opening.preload.catch(() => {}) // the session's own ready() rejects with it
}

/** Fields that Hypercore's constructor sets from its options, before what a preload gives is known. */
interface Constructed {
  wait: boolean
  timeout: number
  onwait: ScopeSessionOptions['onwait']
  onseq: ScopeSessionOptions['onseq']
  weak: boolean
  snapshotted: boolean
  _readonly: boolean
  _active: boolean
}

/** Options that a preload gave: the constructor of Hypercore would have read them; `_open()` reads the others. */
export function applyLate(session: Hypercore<unknown>, opts: ScopeSessionOptions): void {
  const constructed = session as unknown as Constructed
  const { wait, timeout, onwait, onseq, weak, snapshot, writable, active } = opts
  if (wait !== undefined) constructed.wait = wait !== false
  if (timeout !== undefined) constructed.timeout = timeout || 0
  if (onwait !== undefined) constructed.onwait = onwait
  if (onseq !== undefined) constructed.onseq = onseq
  if (weak !== undefined) constructed.weak = !!weak
  if (snapshot !== undefined) constructed.snapshotted = !!snapshot
  if (writable !== undefined) constructed._readonly = writable === false
  if (active !== undefined || weak) constructed._active = weak ? !!active : active !== false
}

function noop(): void {}
