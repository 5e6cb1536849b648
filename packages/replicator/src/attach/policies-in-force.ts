import { laterTurn } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import { ownChange } from '../policy/judge.js'
import { isSameCore, isSamePeer } from '../policy/policy-change.js'
import type { IsAbout, PolicyChange } from '../policy/policy-change.js'
import type { ReplicationPolicy } from '../policy/policy.js'
import type { OpenStream, StreamSet } from '../streams/stream-set.js'
import { inPieces } from './in-pieces.js'
import type { Offers } from './offers.js'
import { isWanted } from '../wire/mirror/core-watch.js'
import { PolicyGate } from './policy-gate.js'
import type { GateParts } from './policy-gate.js'

/** A stream on which a policy is in force. */
type GatedStream = OpenStream<PolicyGate> & { readonly gate: PolicyGate }

/** The changes of one turn of the event loop. */
interface Changes {
  readonly all: PolicyChange[]
  /** Whether all of them were made by policies that were being asked. */
  echo: boolean
  readonly made: Promise<void>
}

/**
 * Gives each stream on which a policy is in force a gate, and has the gates ask again when policies change. Streams
 * without a policy have no gate, and cost nothing.
 */
export class PoliciesInForce {
  readonly #policies: readonly ReplicationPolicy[]
  readonly #streams: StreamSet<PolicyGate>
  readonly #offers: Offers
  readonly #parts: GateParts
  #changes: Changes | null = null

  /** @param policies  in force on all streams */
  constructor(
    policies: readonly ReplicationPolicy[],
    streams: StreamSet<PolicyGate>,
    offers: Offers,
    parts: GateParts
  ) {
    this.#policies = policies
    this.#streams = streams
    this.#offers = offers
    this.#parts = parts
  }

  /** Gives a new stream its gate, if it needs one. */
  open(record: OpenStream<PolicyGate>, policies: readonly ReplicationPolicy[]): void {
    if (policies.length + this.#policies.length > 0) this.#gate(record).narrow(policies)
  }

  /** Adds policies to an open stream. What they deny is closed soon, once it is known who the peer is. */
  narrow(record: OpenStream<PolicyGate>, policies: readonly ReplicationPolicy[]): void {
    if (policies.length === 0) return
    const gate = this.#gate(record)
    if (!gate.narrow(policies)) return
    gate.expire(() => true, false)
    void record.noise.opened.then((opened) =>
      opened && isGated(record) ? this.#review(record, () => true, false) : undefined
    )
  }

  /**
   * From now on, no answer that was given before counts. At the end of this turn of the event loop, the policies are
   * asked about all that is open or was denied, once for all changes of the turn. A policy that changes the policies
   * while it is being asked does not wait for itself; if it is asked because of such a change, another one counts as
   * the same.
   */
  changed(change: PolicyChange): Promise<void> {
    const own = ownChange()
    if (own === 'again') return Promise.resolve()
    const all = this.#known()
    const gates = all.filter(({ gate }) => isSamePeer(change.peer, gate.peer)).map(({ gate }) => gate)
    if (gates.length === 0) return Promise.resolve()
    const echo = own === 'first'
    if (!all.some(({ gate }) => gate.isAsking)) for (const gate of gates) gate.forgive()
    for (const gate of gates) gate.expire((core) => isSameCore(change.core, core), echo)

    this.#changes ??= { all: [], echo, made: laterTurn().then(() => this.#make()) }
    this.#changes.all.push(change)
    this.#changes.echo &&= echo
    return echo ? Promise.resolve() : this.#changes.made
  }

  async #make(): Promise<void> {
    const { all, echo } = this.#changes!
    this.#changes = null
    const steps: Promise<void>[] = []
    for (const record of this.#known()) {
      const ours = all.filter(({ peer }) => isSamePeer(peer, record.gate.peer))
      if (ours.length === 0) continue
      const isAbout: IsAbout = (core) => ours.some((change) => isSameCore(change.core, core))
      steps.push(this.#review(record, isAbout, echo))
    }
    await Promise.all(steps)
  }

  /** The streams whose handshake is over. About the others the policies are asked later, and answer then. */
  #known(): GatedStream[] {
    return [...this.#streams].filter(isGated).filter(({ noise }) => noise.remotePublicKey !== null)
  }

  #gate(record: OpenStream<PolicyGate>): PolicyGate {
    if (record.gate !== null) return record.gate
    record.gate = new PolicyGate(record, this.#parts)
    record.gate.narrow(this.#policies)
    return record.gate
  }

  async #review(record: GatedStream, isAbout: IsAbout, echo: boolean): Promise<void> {
    const { gate } = record
    const [open, closed] = [[] as InnerCore[], [] as InnerCore[]]
    for (const one of this.#parts.source) {
      if (isAbout(one)) (record.attached.has(one) ? open : closed).push(one)
    }
    const steps: (Promise<void> | undefined)[] = [
      inPieces(open, this.#parts.clock, (one) => gate.review(one, echo))
    ]
    if (this.#offers.offersUnasked(record)) {
      const wanted = closed.filter(isWanted)
      steps.push(this.#offers.offer(wanted, record, echo))
    }
    steps.push(gate.retry(isAbout, echo))
    await Promise.all(steps)
  }
}

function isGated(record: OpenStream<PolicyGate>): record is GatedStream {
  return record.gate !== null
}
