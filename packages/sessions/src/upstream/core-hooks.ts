import type { GroupUpdate, InnerCore } from '@manycore/hypercore-types'

/** What the owner of many cores is told about each. Hypercore calls it, inside the core's own work. */
export interface CoreListener {
  /** No session, peer or write is left. A core that is idle may say so more than once. */
  onidle(core: InnerCore): void
  /** The core began to want data. */
  ondownloading(core: InnerCore): void
  /** @param topic  32 bytes, the group's */
  ongroupupdate(topic: Uint8Array, update: GroupUpdate): void
  /** @param proof  the remote's signed proof of another block at `length` */
  onconflict(core: InnerCore, length: number, fork: number, proof: object): void
  /** A session of the core asks for its deletion, and gives its caller the promise. */
  onpurge(core: InnerCore): Promise<void>
}

/**
 * Private members of Hypercore's `Core` that this file touches, as of hypercore 11.39.5; they are nobody's interface.
 * `onidle`, `ongroupupdate` and `replicator.ondownloading`, which are taken as well, are in hypercore-types.
 * @upstream hypercore Core
 */
interface PrivateCore extends InnerCore {
  /** False in the cores of a store (`Hypercore.createCore`), which closes them itself. */
  readonly autoClose: boolean
  readonly replicator: InnerCore['replicator'] & { destroy(): void }
  /** Takes an entry out of `monitors`. */
  removeMonitor(monitor: CoreHook): void
  /**
   * What every session's `purge()` calls.
   * @since 11.39
   */
  purge?(): Promise<void>
}

/**
 * Whoever hears a core's events is in its `monitors`: sessions to `Core.addMonitor`, and any object in fact.
 * @upstream hypercore Core
 */
interface Monitored {
  monitors: CoreHook[]
}

/** The single-slot hooks of a core. */
interface Slots {
  onidle: InnerCore['onidle']
  ongroupupdate: InnerCore['ongroupupdate']
  ondownloading: InnerCore['replicator']['ondownloading']
}

/** The cores whose slots are taken: a second owner would silence the first. */
const hooks: WeakMap<InnerCore, CoreHook> = new WeakMap()

/** Does nobody own this core's slots? Cores with `autoClose: false` were made by a store, which owns them. */
export function isFree(core: InnerCore): boolean {
  return !hooks.has(core) && (core as PrivateCore).autoClose
}

/** The single-slot hooks of many cores, which may all have one listener: nothing in here is made per core. */
export class CoreHooks {
  readonly listener: CoreListener
  readonly #slots: Slots
  readonly #purge: (this: InnerCore) => Promise<void>
  /** What was in the slots of the core that was hooked last; new cores all have the same. */
  #before: Slots = { onidle: noop, ongroupupdate: noop, ondownloading: null }

  constructor(listener: CoreListener) {
    this.listener = listener
    this.#slots = {
      // Hypercore calls them as methods (Core.checkIfIdle, Replicator._setDownloadingNow).
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
    hooks.set(core, new CoreHook(core as PrivateCore, this, this.#before))
    fill(core, this.#slots)
    ;(core as PrivateCore).purge = this.#purge
  }

  has(core: InnerCore): boolean {
    return hooks.get(core)?.owner === this
  }

  /** Gives the slots back as they were. @returns false if these hooks had not taken them */
  delete(core: InnerCore): boolean {
    const hook = hooks.get(core)
    if (hook?.owner !== this) return false
    hooks.delete(core)
    fill(core, hook.before)
    delete (core as PrivateCore).purge // the prototype's is back
    ;(core as PrivateCore).removeMonitor(hook)
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
 * Listens for conflicts as a monitor, which is a Hypercore session in upstream. A plain object hears the events without
 * being a session: it neither keeps the core open nor is closed with the sessions after a conflict
 * (`Core._onconflict`). There is one per open core, so it is kept small.
 */
class CoreHook {
  /** Its place in `core.monitors`, which the core keeps. */
  _monitorIndex: number
  readonly owner: CoreHooks
  readonly before: Slots
  readonly #core: PrivateCore

  constructor(core: PrivateCore, owner: CoreHooks, before: Slots) {
    this.#core = core
    this.owner = owner
    this.before = before
    // What Core.addMonitor does, which makes room for 16 more in an empty list.
    const monitored = core as unknown as Monitored
    this._monitorIndex = monitored.monitors.length
    monitored.monitors = monitored.monitors.concat(this)
  }

  /** A new peer gets the extensions of each monitor (`Replicator._onpeerupdate`). */
  get extensions(): ReadonlyMap<string, unknown> {
    return NO_EXTENSIONS
  }

  /** Subtracted from the byte length of a 'download' (`Replicator._ondownload`). */
  get padding(): number {
    return 0
  }

  emit(event: string, ...args: unknown[]): void {
    if (event !== 'conflict') return
    this.owner.listener.onconflict(this.#core, ...(args as [number, number, object]))
  }
}

const NO_EXTENSIONS: ReadonlyMap<string, unknown> = new Map()

/** Is this core, which is hooked, free of sessions, peers and writes? Upstream's own test, asked without its effect. */
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
  return (Object.getPrototypeOf(core) as Required<PrivateCore>).purge.call(core)
}

/** Ends the channels of a core that failed to open: its close() only rejects (`Core._close` awaits the opening). */
export function discard(core: InnerCore): void {
  ;(core as PrivateCore).replicator.destroy()
}

function noop(): void {}
