import type { InnerCore } from '@manycore/hypercore-types'
import type { Clock } from '../clock.js'
import type { CoreSource } from '../source/core-source.js'
import { ReplicatorError } from '../errors.js'
import { GuestCores } from './guest-cores.js'
import type { Limits } from '../limits.js'
import { OpenRequests } from './look-ups.js'
import { Refusals } from './refusal-timer.js'
import type { OpenStream } from '../streams/stream-set.js'

/** What the replicator does for the cores that remotes ask for. */
interface Host {
  /** @returns whether it is attached now */
  attach(core: InnerCore, record: OpenStream): boolean
  detach(core: InnerCore, record: OpenStream): Promise<void>
  isDetached(discoveryKey: Uint8Array, record: OpenStream): boolean
  /** a core could not be opened */
  failed(err: Error, discoveryKey: Uint8Array, record: OpenStream): void
  /** the remote reached a limit */
  limited(err: ReplicatorError, discoveryKey: Uint8Array, record: OpenStream): void
  /** the remote was told that the core is not here */
  refused(record: OpenStream): void
}

/** Serves what remotes ask for: looks it up, asks the policies, attaches it within the limits, or refuses. */
export class AskedCores {
  readonly #source: CoreSource
  readonly #limits: Limits
  readonly #host: Host
  readonly #requests: OpenRequests
  readonly #guests: GuestCores
  readonly #refusals: Refusals

  constructor(source: CoreSource, limits: Limits, clock: Clock, host: Host) {
    this.#source = source
    this.#limits = limits
    this.#host = host
    this.#requests = new OpenRequests(source, limits, {
      failed: (err, discoveryKey, record) => host.failed(err, discoveryKey, record),
      refused: (err, discoveryKey, record) => host.limited(err, discoveryKey, record)
    })
    this.#guests = new GuestCores(limits.coresPerStream, (core, record) => {
      this.#full(core, record)
      void host.detach(core, record)
    })
    this.#refusals = new Refusals(clock)
  }

  /** The remote asks for a core. Resolves when it is attached, or is to be refused now. */
  async serve(discoveryKey: Uint8Array, record: OpenStream): Promise<void> {
    if (record.gate === null) {
      const asked = !this.#host.isDetached(discoveryKey, record)
      if (!asked || !(await this.#answer(discoveryKey, record))) this.#host.refused(record)
      return
    }
    const question = this.#refusals.begin()
    if (await this.#answer(discoveryKey, record)) return question.drop()
    this.#host.refused(record)
    await question.refuse()
  }

  async #answer(discoveryKey: Uint8Array, record: OpenStream): Promise<boolean> {
    if (!this.#requests.begin(discoveryKey, record)) return false
    try {
      return await this.open(discoveryKey, record)
    } finally {
      this.#requests.answered(record)
    }
  }

  /** @returns whether the core is open on the stream now, as far as a policy has to know */
  async open(discoveryKey: Uint8Array, record: OpenStream): Promise<boolean> {
    const core = await this.#requests.find(discoveryKey, record)
    if (core === null || core.closing !== null) return false
    const release = this.#source.hold?.(core)
    try {
      return record.gate === null ? this.admit(core, record) : await record.gate.serve(core)
    } finally {
      release?.()
      core.checkIfIdle() // it may have been opened for this remote only, who may be gone
    }
  }

  /** Attaches a core that nobody here may want; the remote has so many places. @returns whether it is attached */
  admit(core: InnerCore, record: OpenStream): boolean {
    if (this.#guests.admit(core, record)) return this.#host.attach(core, record)
    this.#full(core, record)
    return false
  }

  /** Refuses what waits, and stops watching the source. */
  close(): void {
    this.#refusals.close()
    this.#requests.close()
  }

  #full({ discoveryKey }: InnerCore, record: OpenStream): void {
    const message = `${this.#limits.coresPerStream} cores are open for one remote`
    this.#host.limited(new ReplicatorError('TOO_MANY_CORES', message), discoveryKey, record)
  }
}
