import type { Clock } from '@manycore/ground'
import { REFUSAL_MS } from '../defaults.js'
import type { Limits } from '../options.js'
import type { Reports } from '../stats/reports.js'
import type { OpenStream } from '../streams/stream-set.js'
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
      ask: (discoveryKey) => this.#serve(discoveryKey, record),
      fail: (err, core) => this.#attachments.fail(err, core, record),
      opened: (peer, core) => record.gate?.opened(peer, core),
      direction: (discoveryKey) => this.#attachments.direction(discoveryKey, record),
      limited: (err, discoveryKey) => this.#reports.limited(err, discoveryKey, record.stream),
      closeChannel: (err, core) => this.#attachments.forbid(err, core, record),
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
   * @returns a promise that resolves once the core is attached, or is to be refused. Under a policy the time does not
   * show why
   */
  async #serve(discoveryKey: Uint8Array, record: OpenStream<PolicyGate>): Promise<void> {
    const refusal = record.gate === null ? null : this.#refusals.begin()
    if (await this.#open(discoveryKey, record)) return refusal?.drop()
    this.#reports.figures.refused(record.stream)
    await refusal?.refuse()
  }

  /** @returns whether the core is attached now */
  async #open(discoveryKey: Uint8Array, record: OpenStream<PolicyGate>): Promise<boolean> {
    if (record.gate === null && this.#attachments.isDetached(discoveryKey, record)) return false
    const held = await this.#lookUps.ask(discoveryKey, record)
    if (held === null) return false
    try {
      return record.gate === null
        ? this.#attachments.admit(held.core, record)
        : await record.gate.serve(held.core)
    } finally {
      held.release()
    }
  }
}

/** One ask of a remote, from the moment it came. */
interface Refusal {
  /** @returns a promise that resolves at the next multiple of REFUSAL_MS since the ask came, or at close() */
  refuse(): Promise<void>
  /** It was answered with yes. */
  drop(): void
}

/**
 * Makes every refusal take the same time, whatever its reason and the work that led to it. The timer starts with the
 * ask, so that how long the work took does not show in when it ends.
 */
class Refusals {
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  begin(): Refusal {
    let refused: (() => void) | null = null
    let timer: unknown
    const end = (): void => {
      this.#clock.clearTimeout(timer)
      this.#waiting.delete(end)
      refused?.()
    }
    const tick = (): void => {
      if (refused === null) timer = this.#clock.setTimeout(tick, REFUSAL_MS)
      else end()
    }
    timer = this.#clock.setTimeout(tick, REFUSAL_MS)
    this.#waiting.add(end)

    return {
      refuse: () =>
        new Promise((resolve) => {
          refused = resolve
          if (!this.#waiting.has(end)) resolve()
        }),
      drop: end
    }
  }

  /** Answers what waits now and releases all timers. */
  close(): void {
    for (const end of this.#waiting) end()
  }
}
