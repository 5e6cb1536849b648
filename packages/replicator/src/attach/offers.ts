import { badArgument, MAX_TIMER_MS } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import type { CoreSource } from '../source/core-source.js'
import type { Reports } from '../stats/reports.js'
import type { OpenStream, StreamSet } from '../streams/stream-set.js'
import { isWanted } from '../wire/mirror/core-watch.js'
import type { Attachments } from './attachments.js'
import { beginPatience, inPieces } from './in-pieces.js'
import type { PolicyGate } from './policy-gate.js'

/** Whether cores are offered unasked: always, never, or for a while. */
export type ActiveFor =
  | boolean
  | {
      /** Milliseconds; afterwards nothing is offered unasked any more. */
      forMs: number
    }

/** Offers cores to remotes unasked: those that want data, while the replicator is active, and those of `attach()`. */
export class Offers {
  readonly #source: CoreSource
  readonly #streams: StreamSet<PolicyGate>
  readonly #attachments: Attachments
  readonly #reports: Reports
  readonly #clock: Clock
  #active: boolean
  #timer: unknown = null
  /** By stream whose policies are being asked: what is to be offered next. */
  readonly #next = new Map<OpenStream<PolicyGate>, InnerCore[]>()

  constructor(
    source: CoreSource,
    streams: StreamSet<PolicyGate>,
    attachments: Attachments,
    reports: Reports,
    active: boolean,
    clock: Clock
  ) {
    this.#source = source
    this.#streams = streams
    this.#attachments = attachments
    this.#reports = reports
    this.#active = active
    this.#clock = clock
    source.on('downloading', this.wanted)
  }

  /** Whether cores are offered unasked. */
  get active(): boolean {
    return this.#active
  }

  /** Replaces what an earlier call said. @throws BAD_ARGUMENT; then nothing has changed */
  setActive(active: ActiveFor): void {
    const forMs = typeof active === 'boolean' ? null : checkMs(active)
    this.#stopTimer()
    this.#active = active !== false
    if (forMs !== null) {
      this.#timer = this.#clock.setTimeout(() => {
        this.#timer = null
        this.#active = false
      }, forMs)
    }
    for (const record of this.#streams) this.all(record)
  }

  /** Offers all cores that want data on one stream. */
  all(record: OpenStream<PolicyGate>): void {
    if (!this.offersUnasked(record)) return
    record.mux.cork() // one packet for all channels that open now
    try {
      const wanted = [...this.#source].filter(isWanted)
      void this.offer(wanted, record)
    } finally {
      void record.noise.opened.then(() => record.mux.uncork())
    }
  }

  /** Offers one core, active or not: now, or once it is open. */
  add(core: InnerCore, records: Iterable<OpenStream<PolicyGate>>): void {
    if (core.opened) for (const record of records) this.#add(core, record)
    else void this.#addOnceOpen(core, records)
  }

  /** Whether cores are offered unasked on this stream. */
  offersUnasked(record: OpenStream): boolean {
    return this.#active && record.active
  }

  /**
   * Offers cores on one stream; under a policy, those of higher priority first.
   * @param echo  whether this follows from a change that a policy made while it was being asked
   */
  offer(
    cores: readonly InnerCore[],
    record: OpenStream<PolicyGate>,
    echo: boolean = false
  ): Promise<void> | undefined {
    if (record.gate !== null) return this.#offerByRank(cores, record.gate, record, echo)
    for (const core of cores) this.#attachments.attach(core, record)
    return undefined
  }

  close(): void {
    this.#stopTimer()
    this.#source.off('downloading', this.wanted)
  }

  /** A session wants data of a core. What a mirror wants is offered to nobody. */
  readonly wanted = (core: InnerCore): void => {
    if (!isWanted(core)) return
    for (const record of this.#streams) {
      if (!this.offersUnasked(record)) continue
      if (record.gate === null) this.#attachments.attach(core, record)
      else this.#offerNext(core, record)
    }
  }

  /** Cores that begin to want data while the policies are asked about others are offered together, after those. */
  #offerNext(core: InnerCore, record: OpenStream<PolicyGate>): void {
    const waiting = this.#next.get(record)
    if (waiting !== undefined) return void waiting.push(core)
    this.#next.set(record, [core])
    void this.#offerAllNext(record)
  }

  async #offerAllNext(record: OpenStream<PolicyGate>): Promise<void> {
    for (let cores = this.#next.get(record)!; cores.length > 0; cores = this.#next.get(record)!) {
      this.#next.set(record, [])
      const patience = beginPatience(this.#clock)
      if (this.offersUnasked(record)) await Promise.race([this.offer(cores, record), patience.over])
      patience.end()
    }
    this.#next.delete(record)
  }

  async #offerByRank(
    cores: readonly InnerCore[],
    gate: PolicyGate,
    { noise }: OpenStream,
    echo: boolean
  ): Promise<void> {
    if (!(await noise.opened)) return
    const ranks = new Map<number, InnerCore[]>()
    for (const [core, rank] of await gate.rankAll(cores)) {
      const equals = ranks.get(rank)
      if (equals === undefined) ranks.set(rank, [core])
      else equals.push(core)
    }
    const patience = ranks.size > 1 ? beginPatience(this.#clock) : null
    for (const [, equals] of [...ranks].toSorted(([a], [b]) => b - a)) {
      const opened = inPieces(equals, this.#clock, (core) => gate.offer(core, echo))
      await (patience === null ? opened : Promise.race([opened, patience.over]))
    }
    patience?.end()
  }

  async #addOnceOpen(core: InnerCore, records: Iterable<OpenStream<PolicyGate>>): Promise<void> {
    try {
      await core.ready()
    } catch (err) {
      return this.#reports.coreFailed(err, core, null)
    }
    for (const record of records) this.#add(core, record)
  }

  #add(core: InnerCore, record: OpenStream<PolicyGate>): void {
    if (record.gate === null) this.#attachments.attach(core, record)
    else void record.gate.attach(core)
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#timer = null
  }
}

function checkMs(active: { forMs: number }): number {
  const forMs: unknown = active?.forMs
  if (typeof forMs === 'number' && forMs > 0 && forMs <= MAX_TIMER_MS) return forMs
  throw badArgument('active', `true, false or { forMs: 1 to ${MAX_TIMER_MS} }`, forMs ?? active)
}
