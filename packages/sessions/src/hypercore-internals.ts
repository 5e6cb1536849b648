import type { GroupUpdate, Hypercore, InnerCore } from '@manycore/hypercore-types'

/** What a core tells its owner. */
export interface CoreListener {
  /** no session, peer or write is left, or the core failed to open */
  onidle(): void
  ondownloading(): void
  ongroupupdate(topic: Uint8Array, update: GroupUpdate): void
  /** @param proof  the remote's signed proof of another block at `length` */
  onconflict(length: number, fork: number, proof: object): void
}

/** Fields of hypercore 11.37.1 that are nobody's interface; this package touches them in this file only. */
interface HookedCore extends InnerCore {
  /** lib/core.js:49 */
  readonly autoClose: boolean
  readonly replicator: InnerCore['replicator'] & { destroy(): void }
  /** lib/core.js:79, :84 */
  addMonitor(monitor: Monitor): void
  removeMonitor(monitor: Monitor): void
}

/**
 * What lib/core.js and lib/replicator.js read and call of a monitor, which is a Hypercore session there.
 * A plain object hears events without being a session, so it neither keeps the core open nor is closed
 * with the sessions after a conflict (lib/core.js:920).
 */
interface Monitor {
  /** its place in core.monitors, kept by the core; lib/core.js:79 */
  _monitorIndex: number
  /** lib/replicator.js:3284: a new peer gets each monitor's extensions */
  readonly extensions: Map<string, unknown>
  /** lib/replicator.js:3296: subtracted from the byte length of a 'download' */
  readonly padding: number
  emit(event: string, ...args: unknown[]): void
}

/** The cores whose slots are taken: a second owner would silence the first. */
const owned: WeakSet<InnerCore> = new WeakSet()

/** Does nobody own this core's slots? Cores with autoClose false were made by a store, which owns them. */
export function isFree(core: InnerCore): boolean {
  return !owned.has(core) && (core as HookedCore).autoClose
}

/**
 * Takes the core's single-slot hooks and listens for conflicts.
 * @returns gives the slots back as they were; call it once
 */
export function hookCore(core: InnerCore, listener: CoreListener): () => void {
  const { onidle, ongroupupdate } = core
  const { ondownloading } = core.replicator
  const monitor: Monitor = {
    _monitorIndex: -1,
    extensions: new Map(),
    padding: 0,
    emit(event, ...args) {
      if (event === 'conflict') listener.onconflict(...(args as [number, number, object]))
    }
  }

  owned.add(core)
  core.onidle = () => listener.onidle()
  core.ongroupupdate = (topic, update) => listener.ongroupupdate(topic, update)
  core.replicator.ondownloading = () => listener.ondownloading()
  ;(core as HookedCore).addMonitor(monitor)

  return () => {
    owned.delete(core)
    core.onidle = onidle
    core.ongroupupdate = ongroupupdate
    core.replicator.ondownloading = ondownloading
    ;(core as HookedCore).removeMonitor(monitor)
  }
}

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
