import { type Clock, onLaterTurn } from '@manycore/ground'
import type { Protomux } from '@manycore/hypercore-types'
import { REFUSAL_MS } from '../defaults.js'
import type { Limits } from '../options.js'
import type { Reports } from '../stats/reports.js'
import type { OpenStream } from '../streams/stream-set.js'
import { BOTH_WAYS } from '../wire/direction.js'
import { WaitingBytes } from '../wire/frames/waiting-bytes.js'
import { join } from '../wire/pairing.js'
import type { Attachments } from './attachments.js'
import type { LookUps } from './look-ups.js'
import type { PolicyGate } from './policy-gate.js'

/** Answers the remotes that ask for a core: attaches it, or refuses. */
export class Requests {
  readonly #lookUps: LookUps
  readonly #attachments: Attachments
  readonly #reports: Reports
  readonly #limits: Limits
  readonly #clock: Clock
  readonly #waiting: WaitingBytes
  readonly #refusals: Refusals

  constructor(lookUps: LookUps, attachments: Attachments, reports: Reports, limits: Limits, clock: Clock) {
    this.#lookUps = lookUps
    this.#attachments = attachments
    this.#reports = reports
    this.#limits = limits
    this.#clock = clock
    this.#waiting = new WaitingBytes(limits.waitingBytes, clock)
    this.#refusals = new Refusals(clock)
  }

  /** Answers the remote of a stream from now on. @returns a function that stops answering */
  listen(record: OpenStream<PolicyGate>): () => void {
    return join(record.mux, {
      ask: (hexId) => this.serve(hexId, record),
      fail: (err, core) => this.#attachments.fail(err, core, record),
      opened: (peer, core) => record.gate?.opened(peer, core),
      direction: (discoveryKey) => this.#attachments.direction(discoveryKey, record),
      limited: (err, discoveryKey) => this.#reports.limited(err, discoveryKey, record.stream),
      closeChannel: (err, core) => this.#attachments.forbid(err, core, record),
      moved: (core) => this.#reports.moved(core),
      limits: this.#limits,
      clock: this.#clock,
      waiting: this.#waiting
    })
  }

  /** Refuses every ask that waits. */
  close(): void {
    this.#refusals.close()
  }

  /**
   * As many asks as `pendingOpens` may wait in here, so it is one function, which keeps only what it has to.
   * @param hexId  the discovery key
   * @param mux    where the remote asks: the mux of the stream, or a lane of it
   * @returns a promise that resolves once the core is attached, or is to be refused. Under a policy the time does not
   *          show why. Never rejects
   */
  async serve(hexId: string, record: OpenStream<PolicyGate>, mux: Protomux = record.mux): Promise<void> {
    const { gate } = record
    const refusal = gate === null ? null : this.#refusals.begin()
    if (gate !== null || !this.#attachments.isDetached(hexId, record)) {
      const held = await this.#lookUps.ask(hexId, record)
      try {
        const { core } = held ?? {}
        const isServed =
          core && (gate ? await gate.serve(core, mux) : this.#attachments.admit(core, record, BOTH_WAYS, mux))
        if (isServed) return refusal?.drop()
      } finally {
        held?.release()
      }
    }
    this.#reports.figures.refused(record.stream)
    await refusal?.refuse()
  }
}

/**
 * Makes every refusal take the same time, whatever its reason and the work that led to it. The timer starts with the
 * ask, so that how long the work took does not show in when it ends. Asks of one turn of the event loop share a timer: to
 * the system's timers they come at the same moment.
 */
class Refusals {
  readonly #clock: Clock
  readonly #timings = new Set<Timing>()
  #current: Timing | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A remote asks. */
  begin(): Timing {
    this.#current ??= this.#open()
    this.#current.asks++
    return this.#current
  }

  /** Answers what waits now and releases all timers. */
  close(): void {
    for (const timing of this.#timings) timing.close()
  }

  #open(): Timing {
    onLaterTurn(() => (this.#current = null))
    const timing = new Timing(this.#clock, () => this.#timings.delete(timing))
    this.#timings.add(timing)
    return timing
  }
}

/** The asks of one turn, from the moment they came. Each of them ends with `drop()` or `refuse()`. */
class Timing {
  /** Those that are not answered. */
  asks = 0
  readonly #clock: Clock
  readonly #onend: () => void
  #timer: unknown
  #isClosed = false
  /** What is to be refused at the next tick. */
  #refused = 0
  #tick: Promise<void> | null = null
  #endTick = (): void => {}

  constructor(clock: Clock, onend: () => void) {
    this.#clock = clock
    this.#onend = onend
    this.#wait()
  }

  /** An ask was answered with yes. */
  drop(): void {
    this.asks--
    if (this.asks === 0) this.close()
  }

  /** @returns a promise that resolves at the next multiple of REFUSAL_MS since the ask came, or at close() */
  refuse(): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    this.#refused++
    this.#tick ??= new Promise((resolve) => (this.#endTick = resolve))
    return this.#tick
  }

  close(): void {
    this.#isClosed = true
    this.#clock.clearTimeout(this.#timer)
    this.#onend()
    this.#endTick()
  }

  #wait(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.asks -= this.#refused
      this.#refused = 0
      if (this.asks === 0) return this.close()
      this.#tick = null
      this.#endTick()
      this.#wait()
    }, REFUSAL_MS)
  }
}
