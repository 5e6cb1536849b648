import type { Engine } from '@manycore/kv'
import { StorageError } from '../errors.js'
import type { EngineSession } from './engine-session.js'
import { SharedSnapshot } from './shared-snapshot.js'
import { Turn } from './turn.js'
import { RecentRecords } from './recent-records.js'

/** What all sessions of one engine share: whether it is open, suspended or closing, and who uses it. */
export class EngineState {
  readonly engine: Engine
  readonly path: string
  readonly turn: Turn
  readonly recent: RecentRecords = new RecentRecords()
  readonly readOnly: boolean
  /** hypercore-storage reads this before it makes an iterator (3.3.1 lib/view.js:358) */
  closing: Promise<void> | null = null
  opened = false
  closed = false
  readonly sessions: Set<EngineSession> = new Set()
  /** iterators that are open */
  readonly streams: Set<{ destroy(): unknown; once(event: 'close', fn: () => void): unknown }> = new Set()
  /** snapshots taken before the engine was open */
  readonly #early: Set<SharedSnapshot> = new Set()
  #opening: Promise<void> | null = null
  #suspending: Promise<void> | null = null
  /** what calls wait for while it is suspended */
  #resumed: { promise: Promise<void>; resolve: () => void; reject: (err: unknown) => void } | null = null

  constructor(engine: Engine, path: string, readOnly: boolean) {
    this.engine = engine
    this.path = path
    this.readOnly = readOnly
    this.turn = new Turn(engine, () => this.#gate())
  }

  ready(): Promise<void> {
    this.#opening ??= this.#open()
    return this.#opening
  }

  close(): Promise<void> {
    this.closing ??= this.#close()
    return this.closing
  }

  /** @throws STORAGE_CLOSED */
  check(call: string): void {
    if (this.closing !== null) throw new StorageError('STORAGE_CLOSED', `${call} after close()`)
  }

  snapshot(): SharedSnapshot {
    const snapshot = new SharedSnapshot()
    if (this.opened) snapshot.take(this.engine)
    else this.#early.add(snapshot)
    return snapshot
  }

  /** Lets what is under way end, then holds everything back until resume(). */
  suspend(): Promise<void> {
    this.#suspending ??= this.#suspend()
    return this.#suspending
  }

  async resume(): Promise<void> {
    const suspending = this.#suspending
    if (suspending === null) return
    await suspending.catch(() => {}) // told to who suspended
    await this.engine.resume?.()
    if (this.#suspending !== suspending) return // another resume() was first
    this.#suspending = null
    this.#resumed?.resolve()
    this.#resumed = null
  }

  async #suspend(): Promise<void> {
    await this.ready()
    await this.turn.idle()
    let [resolve, reject] = [(): void => {}, (_: unknown): void => {}]
    const promise = new Promise<void>((...fns) => ([resolve, reject] = fns))
    promise.catch(() => {}) // perhaps nobody waits
    this.#resumed = { promise, resolve, reject }
    this.recent.clear()
    await this.engine.suspend?.()
  }

  #gate(): Promise<void> | null {
    if (!this.opened) return this.ready()
    return this.#resumed === null ? null : this.#resumed.promise
  }

  async #open(): Promise<void> {
    if (this.closing !== null) this.check('an open')
    await this.engine.open()
    this.opened = true
    for (const snapshot of this.#early) snapshot.take(this.engine)
    this.#early.clear()
  }

  async #close(): Promise<void> {
    try {
      await this.#opening?.catch(() => {}) // told to who opened
      // What was held back still runs, if the engine is still ours.
      await this.resume().catch((err: unknown) => this.#resumed?.reject(err))
      const streams = Array.from(
        this.streams,
        (stream) => new Promise<void>((resolve) => stream.once('close', resolve))
      )
      for (const stream of this.streams) stream.destroy()
      await Promise.all(streams)
      await this.turn.idle()
      for (const session of this.sessions) await session.close()
    } finally {
      await this.engine.close()
      this.closed = true
    }
  }
}
