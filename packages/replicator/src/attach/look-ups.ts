import b4a from 'b4a'
import type { InnerCore } from '@manycore/hypercore-types'
import { BoundedSet } from '@manycore/ground'
import { ReplicatorError } from '../errors.js'
import type { Limits } from '../options.js'
import type { CoreSource } from '../source/core-source.js'
import type { Reports } from '../stats/reports.js'
import type { OpenStream } from '../streams/stream-set.js'

/** A core that was found. It is open, and stays open until it is released. */
export interface HeldCore {
  readonly core: InnerCore
  release(): void
}

/** One look-up, shared by all streams whose remotes ask for the core meanwhile. */
interface Lookup {
  readonly id: string
  readonly discoveryKey: Uint8Array
  readonly streams: OpenStream[]
  readonly found: Promise<InnerCore | null>
  /** Begins it. */
  start: () => void
  /** Whether the core has come into the source since the look-up began. */
  appeared: boolean
}

/**
 * Finds the cores that remotes ask for. Look-ups cost storage reads, so they are shared, limited in number, and
 * remembered if they find nothing. The streams are served round robin: one whose remote asks for thousands does not hold up the
 * others.
 */
export class LookUps {
  readonly #source: CoreSource
  readonly #limits: Limits
  readonly #reports: Reports
  /**
   * The hex discovery keys that are not here; null = the source does not tell when a core appears, so none is
   * remembered.
   */
  readonly #unknown: BoundedSet<string> | null
  readonly #unwatch: () => void
  readonly #lookups = new Map<string, Lookup>()
  /** The look-ups that have not begun, by the stream that asked first. The first stream is next. */
  readonly #waiting = new Map<OpenStream, Lookup[]>()
  readonly #pending = new WeakMap<OpenStream, { opens: number; full: boolean }>()
  #running = 0

  constructor(source: CoreSource, limits: Limits, reports: Reports) {
    this.#source = source
    this.#limits = limits
    this.#reports = reports
    const unwatch = source.watch?.((core) => this.#appeared(core))
    this.#unknown = unwatch === undefined ? null : new BoundedSet(limits.unknownCores)
    this.#unwatch = unwatch ?? noop
  }

  /**
   * Finds a core for the remote, which waits for the answer until the core is released. It may wait for a limited
   * number.
   * @returns null if the limit is reached, or if the core is not here or fails to open. Never rejects
   */
  async ask(discoveryKey: Uint8Array, record: OpenStream): Promise<HeldCore | null> {
    if (!this.#begin(discoveryKey, record)) return null
    const held = await this.open(discoveryKey, record)
    if (held === null) {
      this.#answered(record)
      return null
    }
    const release = (): void => {
      held.release()
      this.#answered(record)
    }
    return { core: held.core, release }
  }

  /** @returns null if the core is not here, or fails to open, which is a 'core-error'. Never rejects */
  async open(discoveryKey: Uint8Array, record: OpenStream): Promise<HeldCore | null> {
    try {
      const core = await this.#lookUp(b4a.toString(discoveryKey, 'hex'), discoveryKey, record)
      if (core === null || core.closing !== null) return null
      const release = this.#source.hold?.(core)
      return {
        core,
        release: () => {
          release?.()
          core.checkIfIdle() // it may be open for this remote only, and the remote may be gone
        }
      }
    } catch (err) {
      this.#reports.tell('core-error', err as Error, { discoveryKey, stream: record.stream })
      return null
    }
  }

  close(): void {
    this.#unwatch()
  }

  #begin(discoveryKey: Uint8Array, record: OpenStream): boolean {
    if (this.#unknown?.has(b4a.toString(discoveryKey, 'hex'))) return false
    const pending = this.#pending.get(record) ?? { opens: 0, full: false }
    this.#pending.set(record, pending)
    if (pending.opens >= this.#limits.pendingOpens) {
      // One event, until half of them are answered: a flood of opens must not become a flood of events.
      if (!pending.full) this.#tellLimited(discoveryKey, record)
      pending.full = true
      return false
    }
    pending.opens++
    return true
  }

  #answered(record: OpenStream): void {
    const pending = this.#pending.get(record)!
    if (--pending.opens <= this.#limits.pendingOpens / 2) pending.full = false
  }

  #tellLimited(discoveryKey: Uint8Array, { stream }: OpenStream): void {
    const message = `${this.#limits.pendingOpens} opens of one stream wait for an answer`
    this.#reports.limited(new ReplicatorError('TOO_MANY_OPENS', message), discoveryKey, stream)
  }

  #appeared({ discoveryKey }: InnerCore): void {
    const id = b4a.toString(discoveryKey, 'hex')
    this.#unknown?.delete(id)
    const lookup = this.#lookups.get(id)
    if (lookup !== undefined) lookup.appeared = true
  }

  #lookUp(id: string, discoveryKey: Uint8Array, record: OpenStream): Promise<InnerCore | null> {
    const shared = this.#lookups.get(id)
    if (shared !== undefined) {
      shared.streams.push(record)
      return shared.found
    }

    let start = noop
    const started = new Promise<void>((resolve) => (start = resolve))
    const found = started.then(() => this.#run(lookup))
    const lookup: Lookup = { id, discoveryKey, streams: [record], found, start, appeared: false }
    this.#lookups.set(id, lookup)
    const queue = this.#waiting.get(record)
    if (queue === undefined) this.#waiting.set(record, [lookup])
    else queue.push(lookup)
    this.#next()
    return found
  }

  #next(): void {
    for (const [record, queue] of this.#waiting) {
      if (this.#running >= this.#limits.lookups) return
      const lookup = queue.shift()
      this.#waiting.delete(record)
      if (queue.length > 0) this.#waiting.set(record, queue) // it comes again after all others
      if (lookup === undefined) continue
      this.#running++
      lookup.start()
    }
  }

  async #run(lookup: Lookup): Promise<InnerCore | null> {
    try {
      if (lookup.streams.every((record) => record.index === -1)) return null // all have closed before it began
      const core = (await this.#openOnce(lookup)) ?? (lookup.appeared ? await this.#openOnce(lookup) : null)
      if (core === null && !lookup.appeared) this.#unknown?.add(lookup.id)
      return core
    } finally {
      this.#lookups.delete(lookup.id)
      this.#running--
      this.#next()
    }
  }

  async #openOnce({ discoveryKey }: Lookup): Promise<InnerCore | null> {
    const core = await this.#source.open(discoveryKey)
    await core?.ready()
    return core
  }
}

function noop(): void {}
