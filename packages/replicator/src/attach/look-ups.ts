import b4a from 'b4a'
import type { InnerCore } from '@manycore/hypercore-types'
import { BoundedSet } from '@manycore/ground'
import { ALL_PENDING_OPENS } from '../defaults.js'
import { ReplicatorError } from '../errors.js'
import type { Limits } from '../options.js'
import type { CoreSource } from '../source/core-source.js'
import type { Reports } from '../stats/reports.js'
import type { OpenStream } from '../streams/stream-set.js'
import { SharedRoom } from '../wire/opens/shared-room.js'

/** A core that was found. It is open, and stays open until it is released. */
export interface HeldCore {
  readonly core: InnerCore
  release(): void
}

/** Who waits for what a look-up finds. */
interface Asker {
  readonly record: OpenStream
  /** Whether it is an open of the remote, which counts until it is answered. */
  readonly isOpen: boolean
  readonly tell: (held: HeldCore | null) => void
}

/** Places of cores that are open for others, if there is a limited number of them. */
export interface Places {
  /** Whether a core needs a place to be opened for a stream. */
  isNeeded(discoveryKey: Uint8Array, record: OpenStream): boolean
  /** Takes a place, if there is one. @param waiting  how many look-ups of the stream wait for one */
  take(record: OpenStream, waiting: number): boolean
  /** A look-up that has a place is over. @param core  what it has opened; null = nothing, or somebody else has */
  settle(core: InnerCore | null, record: OpenStream): void
}

/** One look-up, shared by all streams whose remotes ask for the core meanwhile. */
interface LookUp {
  /** The discovery key, in hex. */
  readonly id: string
  readonly askers: Asker[]
  /** Whose remote asked first. */
  readonly record: OpenStream
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
  readonly #lookUps = new Map<string, LookUp>()
  /** The look-ups that have not begun, by the stream that asked first. The first stream is next. */
  readonly #waiting = new Map<OpenStream, LookUp[]>()
  /** Those that wait for a place as well. */
  readonly #waitingForPlace = new Map<OpenStream, LookUp[]>()
  #places: Places | null = null
  readonly #pending = new WeakMap<OpenStream, { opens: number; full: boolean }>()
  /** What storage or a policy that hangs makes all streams together have wait, and those that have closed meanwhile. */
  readonly #room = new SharedRoom(ALL_PENDING_OPENS)
  #running = 0

  constructor(source: CoreSource, limits: Limits, reports: Reports) {
    this.#source = source
    this.#limits = limits
    this.#reports = reports
    const unwatch = source.watch?.((core) => this.#appeared(core))
    this.#unknown = unwatch === undefined ? null : new BoundedSet(limits.unknownCores)
    this.#unwatch = unwatch ?? noop
  }

  /** From now on, what needs a place waits for one. Whenever there is one again, `next()` is to be called. */
  bound(places: Places): void {
    this.#places = places
  }

  /**
   * Finds a core for the remote, which waits for the answer until the core is released. It may wait for a limited
   * number.
   * @param id  the discovery key, in hex
   * @returns null if the limit is reached, or if the core is not here or fails to open. Never rejects
   */
  ask(id: string, record: OpenStream): Promise<HeldCore | null> {
    return this.#begin(id, record) ? this.#lookUp(id, record, true) : NONE
  }

  /** @returns null if the core is not here, or fails to open, which is a 'core-error'. Never rejects */
  open(discoveryKey: Uint8Array, record: OpenStream): Promise<HeldCore | null> {
    return this.#lookUp(b4a.toString(discoveryKey, 'hex'), record, false)
  }

  /** Whether the remote of a stream waits for an answer. */
  isAsked(record: OpenStream): boolean {
    return (this.#pending.get(record)?.opens ?? 0) > 0
  }

  close(): void {
    this.#unwatch()
  }

  #begin(id: string, record: OpenStream): boolean {
    if (this.#unknown?.has(id)) return false
    const pending = this.#pending.get(record) ?? { opens: 0, full: false }
    this.#pending.set(record, pending)
    if (pending.opens >= this.#limits.pendingOpens || this.#room.isFull(pending.opens)) {
      // One event, until half of them are answered: a flood of opens must not become a flood of events.
      if (!pending.full) this.#tellLimited(id, record, pending.opens)
      pending.full = true
      return false
    }
    pending.opens++
    this.#room.take()
    return true
  }

  #answered(record: OpenStream): void {
    const pending = this.#pending.get(record)!
    this.#room.leave()
    if (--pending.opens <= this.#limits.pendingOpens / 2) pending.full = false
    if (pending.opens === 0) this.#reports.moved(null)
  }

  #tellLimited(id: string, { stream }: OpenStream, opens: number): void {
    const message = `${opens} opens of one stream wait for an answer`
    this.#reports.limited(new ReplicatorError('TOO_MANY_OPENS', message), b4a.from(id, 'hex'), stream)
  }

  #appeared({ discoveryKey }: InnerCore): void {
    const id = b4a.toString(discoveryKey, 'hex')
    this.#unknown?.delete(id)
    const lookUp = this.#lookUps.get(id)
    if (lookUp !== undefined) lookUp.appeared = true
  }

  #lookUp(id: string, record: OpenStream, isOpen: boolean): Promise<HeldCore | null> {
    return new Promise((tell) => {
      const asker: Asker = { record, isOpen, tell }
      const shared = this.#lookUps.get(id)
      if (shared !== undefined) return void shared.askers.push(asker)

      const lookUp: LookUp = { id, askers: [asker], record, appeared: false }
      this.#lookUps.set(id, lookUp)
      const isBound = this.#places?.isNeeded(b4a.from(id, 'hex'), record) ?? false
      const queues = isBound ? this.#waitingForPlace : this.#waiting
      const queue = queues.get(record)
      if (queue === undefined) queues.set(record, [lookUp])
      else queue.push(lookUp)
      this.next()
    })
  }

  /** Begins look-ups, as many as may run. */
  next(): void {
    this.#serve(this.#waiting, null)
    this.#serve(this.#waitingForPlace, this.#places)
  }

  #serve(queues: Map<OpenStream, LookUp[]>, places: Places | null): void {
    for (const [record, queue] of queues) {
      if (this.#running >= this.#limits.lookups) return
      const needsOne = places !== null && record.index !== -1 // otherwise it is over at once
      if (needsOne && !places.take(record, queue.length)) continue
      const lookUp = queue.shift()
      queues.delete(record)
      if (queue.length > 0) queues.set(record, queue) // it comes again after all others
      if (lookUp === undefined) continue
      this.#running++
      // Not in here: one that is over at once would come back to here.
      queueMicrotask(() => void this.#run(lookUp, needsOne ? places : null))
    }
  }

  /** Never rejects. */
  async #run(lookUp: LookUp, places: Places | null): Promise<void> {
    let core: InnerCore | null = null
    let failure: Error | null = null
    try {
      core = await this.#find(lookUp)
    } catch (err) {
      failure = err as Error
    }
    this.#lookUps.delete(lookUp.id)
    this.#running--
    for (const asker of lookUp.askers) this.#tell(asker, lookUp.id, core, failure)
    places?.settle(lookUp.appeared ? core : null, lookUp.record)
    this.next()
  }

  async #find(lookUp: LookUp): Promise<InnerCore | null> {
    if (lookUp.askers.every(({ record }) => record.index === -1)) return null // all have closed before it began
    const core = (await this.#openOnce(lookUp)) ?? (lookUp.appeared ? await this.#openOnce(lookUp) : null)
    if (core === null && !lookUp.appeared) this.#unknown?.add(lookUp.id)
    return core
  }

  /** Holds a core for an asker, if it is there, and tells it. */
  #tell({ record, isOpen, tell }: Asker, id: string, core: InnerCore | null, failure: Error | null): void {
    let held: HeldCore | null = null
    try {
      if (failure !== null) throw failure
      if (core !== null && core.closing === null) held = this.#hold(core, isOpen ? record : null)
    } catch (err) {
      const discoveryKey = b4a.from(id, 'hex')
      // If the stream has closed, nobody waits for it, and the source may have closed.
      if (record.index !== -1)
        this.#reports.tell('core-error', err as Error, { discoveryKey, stream: record.stream })
    }
    if (held === null && isOpen) this.#answered(record)
    tell(held)
  }

  /** @param asking  whose remote waits for the answer until the core is released; null = none */
  #hold(core: InnerCore, asking: OpenStream | null): HeldCore {
    const release = this.#source.hold?.(core)
    return {
      core,
      release: () => {
        release?.()
        core.checkIfIdle() // it may be open for this remote only, and the remote may be gone
        if (asking !== null) this.#answered(asking)
      }
    }
  }

  async #openOnce({ id }: LookUp): Promise<InnerCore | null> {
    const core = await this.#source.open(b4a.from(id, 'hex'))
    await core?.ready()
    return core
  }
}

const NONE = Promise.resolve(null)

function noop(): void {}
