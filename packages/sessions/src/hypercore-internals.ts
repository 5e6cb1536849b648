import type { GroupUpdate, Hypercore, InnerCore } from '@manycore/hypercore-types'

/** What cores tell their owner. */
export interface CoreListener {
  /** no session, peer or write is left, or the core failed to open */
  onidle(core: InnerCore): void
  ondownloading(core: InnerCore): void
  ongroupupdate(topic: Uint8Array, update: GroupUpdate): void
  /** @param proof  the remote's signed proof of another block at `length` */
  onconflict(core: InnerCore, length: number, fork: number, proof: object): void
}

/** Fields of hypercore 11.37.1 that are nobody's interface; this package touches them in this file only. */
interface HookedCore extends InnerCore {
  /** lib/core.js:49 */
  readonly autoClose: boolean
  readonly replicator: InnerCore['replicator'] & { destroy(): void }
  /** lib/core.js:79, :84 */
  addMonitor(monitor: CoreHook): void
  removeMonitor(monitor: CoreHook): void
}

/** The cores whose slots are taken: a second owner would silence the first. */
const owned: WeakSet<InnerCore> = new WeakSet()

/** Does nobody own this core's slots? Cores with autoClose false were made by a store, which owns them. */
export function isFree(core: InnerCore): boolean {
  return !owned.has(core) && (core as HookedCore).autoClose
}

/**
 * Takes the core's single-slot hooks and listens for conflicts: as a monitor, which is a Hypercore session in
 * upstream. A plain object hears events without being a session, so it neither keeps the core open nor is closed
 * with the sessions after a conflict (lib/core.js:920). There is one for each open core: it is kept small.
 */
export class CoreHook {
  /** its place in core.monitors, kept by the core; lib/core.js:79 */
  _monitorIndex = -1
  /** of a core's owner before */
  readonly #before: Pick<InnerCore, 'onidle' | 'ongroupupdate'> &
    Pick<InnerCore['replicator'], 'ondownloading'>
  readonly #core: HookedCore
  readonly #listener: CoreListener

  /** @param listener  may be that of other cores as well */
  constructor(core: InnerCore, listener: CoreListener) {
    const { onidle, ongroupupdate } = core
    const { ondownloading } = core.replicator
    this.#before = { onidle, ongroupupdate, ondownloading }
    this.#core = core as HookedCore
    this.#listener = listener

    owned.add(core)
    core.onidle = () => listener.onidle(core)
    core.ongroupupdate = listener.ongroupupdate
    core.replicator.ondownloading = () => listener.ondownloading(core)
    this.#core.addMonitor(this)
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
    if (event === 'conflict') this.#listener.onconflict(this.#core, ...(args as [number, number, object]))
  }

  /** Gives the slots back as they were; call it once. */
  release(): void {
    const { onidle, ongroupupdate, ondownloading } = this.#before
    owned.delete(this.#core)
    this.#core.onidle = onidle
    this.#core.ongroupupdate = ongroupupdate
    this.#core.replicator.ondownloading = ondownloading
    this.#core.removeMonitor(this)
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
