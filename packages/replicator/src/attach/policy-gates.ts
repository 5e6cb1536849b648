import type { InnerCore } from '@manycore/hypercore-types'
import type { Clock } from '../clock.js'
import type { CoreSource } from '../source/core-source.js'
import { policyCores } from '../policy/policy-core.js'
import { ownChange } from '../policy/judge.js'
import { laterTurn } from '@manycore/ground'
import type { Limits } from '../limits.js'
import { isSameCore, isSamePeer } from '../policy/policy-change.js'
import type { IsAbout, PolicyChange } from '../policy/policy-change.js'
import { PolicyGate } from './policy-gate.js'
import type { ReplicationPolicy } from '../policy/policy.js'
import type { OpenStream } from '../streams/stream-set.js'
import type { Denial } from '../policy/verdict.js'

/** What the replicator does for its gates. */
interface Doors {
  attach(core: InnerCore, record: OpenStream): void
  detach(core: InnerCore, record: OpenStream): Promise<void>
  /** looks a core up and serves it as if the remote asked now */
  open(discoveryKey: Uint8Array, record: OpenStream): Promise<unknown>
  /** are cores offered unasked on this stream? */
  isActive(record: OpenStream): boolean
  denied(core: InnerCore, record: OpenStream, denial: Denial): void
  failed(err: unknown, core: InnerCore, record: OpenStream): void
}

/** The changes of one turn. */
interface Changes {
  readonly all: PolicyChange[]
  /** all of them were made by policies, in the calls in which they were asked */
  echo: boolean
  readonly made: Promise<void>
}

/** The gates of all streams on which a policy is in force; the others have none, and cost nothing. */
export class Gates {
  readonly #source: CoreSource
  readonly #policies: readonly ReplicationPolicy[]
  readonly #doors: Doors
  readonly #limits: Limits
  readonly #clock: Clock
  #changes: Changes | null = null

  constructor(
    source: CoreSource,
    policies: readonly ReplicationPolicy[],
    limits: Limits,
    clock: Clock,
    doors: Doors
  ) {
    this.#source = source
    this.#policies = policies
    this.#doors = doors
    this.#limits = limits
    this.#clock = clock
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
    gate.expire(() => true, false)
    void record.noise.opened.then((opened) =>
      opened ? this.#review(record, gate, () => true, false) : undefined
    )
  }

  /**
   * From now on no answer that was given before counts. What is open, or was denied, is asked about at the end of the turn, once for
   * all changes of it. A policy that changes the policies in the call in which it is asked does not wait for itself, and
   * when it is asked because of such a change, another one is part of that.
   */
  changed(streams: Iterable<OpenStream>, change: PolicyChange): Promise<void> {
    const own = ownChange()
    if (own === 'again') return Promise.resolve()
    const all = [...gatesOf(streams)]
    const gates = all.filter(([, gate]) => isSamePeer(change.peer, gate.peer))
    if (gates.length === 0) return Promise.resolve()
    const echo = own === 'first'
    if (!all.some(([, gate]) => gate.isAsking)) for (const [, gate] of gates) gate.forgive()
    for (const [, gate] of gates) gate.expire((core) => isSameCore(change.core, core), echo)

    this.#changes ??= { all: [], echo, made: laterTurn().then(() => this.#make(streams)) }
    this.#changes.all.push(change)
    this.#changes.echo &&= echo
    return echo ? Promise.resolve() : this.#changes.made
  }

  async #make(streams: Iterable<OpenStream>): Promise<void> {
    const { all, echo } = this.#changes!
    this.#changes = null
    const steps: Promise<void>[] = []
    for (const [record, gate] of gatesOf(streams)) {
      const ours = all.filter(({ peer }) => isSamePeer(peer, gate.peer))
      if (ours.length === 0) continue
      const isAbout: IsAbout = (core) => ours.some((change) => isSameCore(change.core, core))
      steps.push(this.#review(record, gate, isAbout, echo))
    }
    await Promise.all(steps)
  }

  #gate(record: OpenStream): PolicyGate {
    if (record.gate !== null) return record.gate
    const keeper = {
      describe: (core: InnerCore) => policyCores(core, this.#source),
      attach: (core: InnerCore) => this.#doors.attach(core, record),
      isAttached: (core: InnerCore) => record.attached.has(core),
      detach: (core: InnerCore) => this.#doors.detach(core, record),
      open: (discoveryKey: Uint8Array) => this.#doors.open(discoveryKey, record),
      denied: (core: InnerCore, denial: Denial) => this.#doors.denied(core, record, denial),
      failed: (err: unknown, core: InnerCore) => this.#doors.failed(err, core, record)
    }
    const gate = new PolicyGate(record.stream, record.mux, keeper, this.#limits, this.#clock)
    gate.narrow(this.#policies)
    return (record.gate = gate)
  }

  async #review(record: OpenStream, gate: PolicyGate, isAbout: IsAbout, echo: boolean): Promise<void> {
    const [open, closed] = [[] as InnerCore[], [] as InnerCore[]]
    for (const one of this.#source) {
      if (isAbout(one)) (record.attached.has(one) ? open : closed).push(one)
    }
    const steps: Promise<unknown>[] = open.map((one) => gate.review(one, echo))
    if (this.#doors.isActive(record)) {
      steps.push(
        gate.offer(
          closed.filter((one) => one.replicator.downloading),
          echo
        )
      )
    }
    steps.push(gate.retry(isAbout, echo))
    await Promise.all(steps)
  }
}

/** Of the streams whose handshake is over: what a policy has to say about the others it is asked then. */
function* gatesOf(streams: Iterable<OpenStream>): Generator<[OpenStream, PolicyGate]> {
  for (const record of streams) {
    if (record.gate !== null && record.noise.remotePublicKey !== null) yield [record, record.gate]
  }
}
