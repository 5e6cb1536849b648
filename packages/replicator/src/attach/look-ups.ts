import b4a from 'b4a'
import type { InnerCore } from '@manycore/hypercore-types'
import type { CoreSource } from '../source/core-source.js'
import { ReplicatorError } from '../errors.js'
import type { Limits } from '../limits.js'
import type { OpenStream } from '../streams/stream-set.js'
import { UnknownCores } from './unknown-cores.js'

/** One look-up, for all streams that asked for the core meanwhile. */
interface Lookup {
  readonly id: string
  readonly discoveryKey: Uint8Array
  readonly streams: OpenStream[]
  readonly found: Promise<InnerCore | null>
  /** gives it its turn */
  start: () => void
  /** the core came into the source after the look-up began */
  appeared: boolean
}

export interface OpenRequestEvents {
  failed(err: Error, discoveryKey: Uint8Array, record: OpenStream): void
  refused(err: ReplicatorError, discoveryKey: Uint8Array, record: OpenStream): void
}

/**
 * The cores that remotes ask for. Look-ups cost storage reads, so they are shared, bounded, remembered when
 * they find nothing, and streams take turns: one that asks for thousands does not hold up the others.
 */
export class OpenRequests {
  readonly #source: CoreSource
  readonly #limits: Limits
  readonly #events: OpenRequestEvents
  /** null = the source does not tell when a core appears, so nothing may be remembered */
  readonly #unknown: UnknownCores | null
  readonly #unwatch: () => void
  readonly #lookups = new Map<string, Lookup>()
  /** those that wait for their turn, by the stream that asked first; the first stream is next */
  readonly #waiting = new Map<OpenStream, Lookup[]>()
  readonly #pending = new WeakMap<OpenStream, { opens: number; full: boolean }>()
  #running = 0

  constructor(source: CoreSource, limits: Limits, events: OpenRequestEvents) {
    this.#source = source
    this.#limits = limits
    this.#events = events
    const unwatch = source.watch?.((core) => this.#appeared(core))
    this.#unknown = unwatch === undefined ? null : new UnknownCores(limits.unknownCores)
    this.#unwatch = unwatch ?? noop
  }

  /**
   * The remote asks for a core, and waits from now on until `answered()`.
   * @returns whether it may: false = the core is known not to be here, or the remote has as many opens waiting as it may
   */
  begin(discoveryKey: Uint8Array, record: OpenStream): boolean {
    if (this.#unknown?.has(b4a.toString(discoveryKey, 'hex'))) return false
    const pending = this.#pending.get(record) ?? { opens: 0, full: false }
    this.#pending.set(record, pending)
    if (pending.opens >= this.#limits.pendingOpens) {
      // Once, until half of them are answered: a flood of opens is no flood of events.
      if (!pending.full) this.#refuse(discoveryKey, record)
      pending.full = true
      return false
    }
    pending.opens++
    return true
  }

  answered(record: OpenStream): void {
    const pending = this.#pending.get(record)!
    if (--pending.opens <= this.#limits.pendingOpens / 2) pending.full = false
  }

  /** @returns the core, open; null when it is not here or failed. Never rejects. */
  async find(discoveryKey: Uint8Array, record: OpenStream): Promise<InnerCore | null> {
    try {
      return await this.#lookUp(b4a.toString(discoveryKey, 'hex'), discoveryKey, record)
    } catch (err) {
      this.#events.failed(err as Error, discoveryKey, record)
      return null
    }
  }

  close(): void {
    this.#unwatch()
  }

  #refuse(discoveryKey: Uint8Array, record: OpenStream): void {
    const message = `${this.#limits.pendingOpens} opens of one stream wait for an answer`
    this.#events.refused(new ReplicatorError('TOO_MANY_OPENS', message), discoveryKey, record)
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
    const turn = new Promise<void>((resolve) => (start = resolve))
    const found = turn.then(() => this.#run(lookup))
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
      if (queue.length > 0) this.#waiting.set(record, queue) // its turn comes again after all others
      if (lookup === undefined) continue
      this.#running++
      lookup.start()
    }
  }

  async #run(lookup: Lookup): Promise<InnerCore | null> {
    try {
      if (lookup.streams.every((record) => record.index === -1)) return null // all gone before their turn
      const core = (await this.#open(lookup)) ?? (lookup.appeared ? await this.#open(lookup) : null)
      if (core === null && !lookup.appeared) this.#unknown?.add(lookup.id)
      return core
    } finally {
      this.#lookups.delete(lookup.id)
      this.#running--
      this.#next()
    }
  }

  async #open({ discoveryKey }: Lookup): Promise<InnerCore | null> {
    const core = await this.#source.open(discoveryKey)
    await core?.ready()
    return core
  }
}

function noop(): void {}
