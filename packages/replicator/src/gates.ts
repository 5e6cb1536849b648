import type { InnerCore } from '@manycore/hypercore-types'
import type { CoreSource } from './core-source.js'
import { policyCore } from './described-core.js'
import { isSameCore, isSamePeer } from './policy-change.js'
import type { PolicyChange } from './policy-change.js'
import { PolicyGate } from './policy-gate.js'
import type { ReplicationPolicy } from './policy.js'
import type { OpenStream } from './stream-set.js'
import type { Denial } from './verdict.js'

/** What the replicator does for its gates. */
interface Doors {
  attach(core: InnerCore, record: OpenStream): void
  detach(core: InnerCore, record: OpenStream): Promise<void>
  /** looks a core up and opens it as if the remote asked now */
  open(discoveryKey: Uint8Array, record: OpenStream): Promise<unknown>
  /** are cores offered unasked on this stream? */
  isActive(record: OpenStream): boolean
  denied(core: InnerCore, record: OpenStream, denial: Denial): void
  failed(err: unknown, core: InnerCore, record: OpenStream): void
}

/** The gates of all streams on which a policy is in force; the others have none, and cost nothing. */
export class Gates {
  readonly #source: CoreSource
  readonly #policies: readonly ReplicationPolicy[]
  readonly #doors: Doors

  constructor(source: CoreSource, policies: readonly ReplicationPolicy[], doors: Doors) {
    this.#source = source
    this.#policies = policies
    this.#doors = doors
  }

  /** Of a new stream. */
  open(record: OpenStream, policies: readonly ReplicationPolicy[]): void {
    if (policies.length + this.#policies.length > 0) this.#gate(record).narrow(policies)
  }

  /** Of a stream that is open: what a new policy denies is closed soon, once it is known who the peer is. */
  narrow(record: OpenStream, policies: readonly ReplicationPolicy[]): void {
    if (policies.length === 0) return
    const gate = this.#gate(record)
    if (!gate.narrow(policies)) return
    void record.noise.opened.then((opened) => (opened ? this.#review(record, gate, {}) : undefined))
  }

  async changed(streams: Iterable<OpenStream>, change: PolicyChange): Promise<void> {
    const steps: Promise<void>[] = []
    for (const record of streams) {
      const { gate, noise } = record
      if (gate === null || noise.remotePublicKey === null) continue // it will be asked after the handshake
      if (isSamePeer(change.peer, gate.peer)) steps.push(this.#review(record, gate, change))
    }
    await Promise.all(steps)
  }

  #gate(record: OpenStream): PolicyGate {
    if (record.gate !== null) return record.gate
    const gate = new PolicyGate(record.stream, record.mux, {
      describe: (core) => policyCore(core, this.#source),
      attach: (core) => this.#doors.attach(core, record),
      detach: (core) => this.#doors.detach(core, record),
      denied: (core, denial) => this.#doors.denied(core, record, denial),
      failed: (err, core) => this.#doors.failed(err, core, record)
    })
    gate.narrow(this.#policies)
    return (record.gate = gate)
  }

  async #review(record: OpenStream, gate: PolicyGate, { core }: PolicyChange): Promise<void> {
    gate.expire()
    const [open, closed] = [[] as InnerCore[], [] as InnerCore[]]
    for (const one of this.#source) {
      if (isSameCore(core, one)) (record.attached.has(one) ? open : closed).push(one)
    }
    const steps: Promise<unknown>[] = open.map((one) => gate.review(one))
    if (this.#doors.isActive(record)) {
      steps.push(gate.offer(closed.filter((one) => one.replicator.downloading)))
    }
    for (const discoveryKey of gate.refused) steps.push(this.#doors.open(discoveryKey, record))
    await Promise.all(steps)
  }
}
