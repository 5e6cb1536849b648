import Hypercore from 'hypercore'
import { callEach } from '@manycore/ground'
import type { Hypercore as HypercoreSession, InnerCore } from '@manycore/hypercore-types'
import type { SessionTable } from '@manycore/sessions'
import type { Corestore } from '../corestore.js'

/**
 * Re-emits the table's events on the stores: 'group-active', and Corestore 6's 'core-open', 'core-close' and
 * 'conflict'. Listeners of the latter get a weak Hypercore session, which does not keep the core open. These sessions
 * are made only once somebody listens.
 */
export class CoreEvents {
  readonly #table: SessionTable
  readonly #stores: Iterable<Corestore>
  readonly #sessions = new Map<InnerCore, HypercoreSession>()
  #isListening = false

  /** @param stores  those that get the events now */
  constructor(table: SessionTable, stores: Iterable<Corestore>) {
    this.#table = table
    this.#stores = stores
    table.on('group-active', (topic, update) => {
      for (const store of this.#stores) store.emit('group-active', topic, update)
    })
  }

  /** Somebody listens to the events of cores from now on. */
  listen(): void {
    if (this.#isListening) return
    this.#isListening = true
    for (const core of this.#table) if (core.opened) this.#session(core)

    this.#table.on('core-open', (core) => {
      const session = this.#session(core)
      for (const store of this.#stores) store.emit('core-open', session)
    })
    this.#table.on('core-close', (core) => {
      const session = this.#sessions.get(core)
      this.#sessions.delete(core)
      if (session) for (const store of this.#stores) store.emit('core-close', session)
    })
    this.#table.on('conflict', (core, length, fork, proof) => {
      const session = this.#session(core)
      for (const store of this.#stores) store.emit('conflict', session, length, fork, proof)
    })
  }

  #session(core: InnerCore): HypercoreSession {
    const existing = this.#sessions.get(core)
    if (existing) return existing
    const session = new Hypercore(null, null, { core, weak: true, active: false })
    // The core may close before its weak session has opened; that is nobody's error.
    session.ready().catch(() => {})
    this.#sessions.set(core, session)
    return session
  }
}

type Callback = (core: InnerCore) => void

/** The callbacks of one store's `watch()`. They are called for every core that comes into the table. */
export class CoreWatchers {
  /** null if there are none, as in Corestore 7. */
  callbacks: Set<Callback> | null = null
  readonly #table: SessionTable
  #unwatch: () => void = () => {}

  constructor(table: SessionTable) {
    this.#table = table
  }

  add(fn: Callback): void {
    if (this.callbacks === null) {
      const callbacks = (this.callbacks = new Set())
      this.#unwatch = this.#table.watch((core) => {
        callEach(callbacks, core)
      })
    }
    this.callbacks.add(fn)
  }

  delete(fn: Callback): void {
    this.callbacks?.delete(fn)
    if (this.callbacks?.size === 0) this.clear()
  }

  clear(): void {
    this.#unwatch()
    this.callbacks = null
  }
}
