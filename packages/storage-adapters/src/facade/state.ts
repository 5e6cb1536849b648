import { closeAll } from '@manycore/ground'
import type { Engine, EngineSnapshot } from '@manycore/kv'
import { StorageError } from '../errors.js'
import type { EngineSession } from './session.js'
import { HeldEngine } from './held-engine.js'
import { Coalescer } from './coalescer.js'
import { RecentRecords } from './recent-records.js'
import { Journal } from '../journal/journal.js'

/** What all sessions of one engine share: whether it is open, suspended or closing, and who uses it. */
export class EngineState {
  readonly engine: HeldEngine
  readonly journal: Journal
  readonly path: string
  readonly coalescer: Coalescer
  readonly recent: RecentRecords = new RecentRecords()
  readonly readOnly: boolean
  /** Set once close() was called; hypercore-storage reads it too. */
  closing: Promise<void> | null = null
  opened = false
  closed = false
  readonly sessions: Set<EngineSession> = new Set()
  /** the iterators that are open */
  readonly streams: Set<{ destroy(): unknown; once(event: 'close', fn: () => void): unknown }> = new Set()
  /** the snapshots taken before the engine was open */
  readonly #early: Set<SharedSnapshot> = new Set()
  #opening: Promise<void> | null = null

  constructor(engine: Engine, path: string, readOnly: boolean) {
    this.journal = new Journal(engine, readOnly)
    this.engine = new HeldEngine(engine, this.journal, () => this.recent.clear())
    this.path = path
    this.readOnly = readOnly
    this.coalescer = new Coalescer(this.engine, () => (this.opened ? null : this.ready()))
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

  /** Waits for the calls under way, and holds back all others until resume(). */
  async suspend(): Promise<void> {
    await this.ready()
    await this.engine.suspend()
  }

  async resume(): Promise<void> {
    await this.ready()
    await this.engine.resume()
  }

  /** Called before a close: what a suspension holds back still runs, or is refused if the engine is no longer ours. */
  async release(): Promise<void> {
    if (this.opened) await this.engine.resume().catch(() => this.engine.close())
  }

  async #open(): Promise<void> {
    if (this.closing !== null) this.check('an open')
    await this.engine.open()
    this.opened = true
    for (const snapshot of this.#early) snapshot.take(this.engine)
    this.#early.clear()
  }

  async #close(): Promise<void> {
    await this.#opening?.catch(() => {}) // reported to whoever opened it
    try {
      await closeAll(`closing the ${this.engine.name} engine`, [
        () => this.release(),
        () => this.#endStreams(),
        () => this.coalescer.idle(),
        () =>
          closeAll(
            'closing sessions',
            Array.from(this.sessions, (session) => () => session.close())
          ),
        () => this.engine.close()
      ])
    } finally {
      this.closed = true
    }
  }

  async #endStreams(): Promise<void> {
    const closed = Array.from(
      this.streams,
      (stream) => new Promise<void>((resolve) => stream.once('close', resolve))
    )
    for (const stream of this.streams) stream.destroy()
    await Promise.all(closed)
  }
}

/** A snapshot that several sessions and reads hold; the last one to let go of it closes it. */
export class SharedSnapshot {
  #at: EngineSnapshot | null = null
  #holders = 0
  #released = false

  /** Takes the present state. Called once the engine is open. */
  take(engine: Engine): void {
    if (!this.#released) this.#at = engine.snapshot()
  }

  /** The engine's snapshot. Read only once the engine is open. */
  get at(): EngineSnapshot {
    return this.#at as EngineSnapshot
  }

  hold(): this {
    this.#holders++
    return this
  }

  release(): void {
    if (--this.#holders > 0) return
    this.#released = true
    this.#at?.close()
  }
}
