import b4a from 'b4a'
import type { InnerCore, NoiseStream, ProtocolStream, Protomux } from '@manycore/hypercore-types'
import { MAX_REMEMBERED } from './defaults.js'
import { DownloadOrder } from './download-order.js'
import type { PolicyCore, PolicyPeer, ReplicationPolicy } from './policy.js'
import type { RequestingPeer } from './upstream-internals.js'
import { judge } from './verdict.js'
import type { Denial, Reason, Verdict } from './verdict.js'

/** What the gate asks of the replicator, for its one stream. */
export interface GateKeeper {
  describe(core: InnerCore): Promise<PolicyCore>
  /** opens the core; does nothing when that is no longer possible */
  attach(core: InnerCore): void
  /** closes it; resolves once no message of it is being worked on */
  detach(core: InnerCore): Promise<void>
  denied(core: InnerCore, denial: Denial): void
  failed(err: unknown, core: InnerCore): void
}

const BOTH: Verdict = { access: true, download: true }

/** What the policies say about the cores of one stream. */
export class PolicyGate {
  readonly peer: PolicyPeer
  readonly #noise: NoiseStream
  readonly #mux: Protomux
  readonly #keeper: GateKeeper
  readonly #policies: ReplicationPolicy[] = []
  /** hex discovery keys of the cores that are open in one direction only */
  readonly #oneWay = new Map<string, Verdict>()
  /** priorities; none where no policy has any */
  readonly #ranks = new WeakMap<InnerCore, number>()
  readonly #order = new DownloadOrder()
  /** hex discovery key → what the peer asked for and was denied */
  readonly #refused = new Map<string, Uint8Array>()
  /** goes up when the policies change; an answer from before does not count */
  #generation = 0

  constructor(stream: ProtocolStream, mux: Protomux, keeper: GateKeeper) {
    const noise = stream.noiseStream
    this.peer = {
      get remotePublicKey() {
        return noise.remotePublicKey!
      },
      stream,
      data: null
    }
    this.#noise = noise
    this.#mux = mux
    this.#keeper = keeper
  }

  /** @returns whether there was a policy that was not in force already */
  narrow(policies: readonly ReplicationPolicy[]): boolean {
    const fresh = policies.filter((policy) => !this.#policies.includes(policy))
    return (this.#policies.push(...fresh), fresh.length > 0)
  }

  /** Offers cores by ourselves, those of higher priority first. */
  async offer(cores: readonly InnerCore[]): Promise<void> {
    if (!(await this.#noise.opened)) return
    const ranks = new Map<number, InnerCore[]>()
    for (const [core, rank] of await Promise.all(cores.map((one) => this.#rank(one)))) {
      const equals = ranks.get(rank)
      if (equals === undefined) ranks.set(rank, [core])
      else equals.push(core)
    }
    for (const [, equals] of [...ranks].toSorted(([a], [b]) => b - a)) {
      await Promise.all(equals.map((core) => this.#open(core, 'announce')))
    }
  }

  /** The peer asks for a core. @returns whether it is open now */
  async serve(core: InnerCore): Promise<boolean> {
    await this.#rank(core)
    await this.#open(core, 'ask')
    return core.replicator.attached(this.#mux)
  }

  /** The caller opens a core: that takes the place of `announce`. */
  async attach(core: InnerCore): Promise<void> {
    if (!(await this.#noise.opened)) return
    await this.#rank(core)
    await this.#open(core, 'attach')
  }

  /** What the peer asked for and was denied; discovery keys. */
  get refused(): readonly Uint8Array[] {
    return Array.from(this.#refused.values())
  }

  /** From now on no answer that a policy gave before counts. */
  expire(): void {
    this.#generation++
  }

  /**
   * Asks again about a core that we attached.
   * @returns resolves once no message of what was closed is being worked on
   */
  async review(core: InnerCore): Promise<void> {
    const id = b4a.toString(core.discoveryKey, 'hex')
    let closed: Promise<void> | null = null
    await this.#judge(core, 'attach', (verdict) => {
      if (!core.replicator.attached(this.#mux)) return
      if (typeof verdict !== 'string' && same(verdict, this.#oneWay.get(id) ?? BOTH)) return
      closed = this.#keeper.detach(core)
      this.#settle(core, id, verdict)
    })
    await closed
  }

  /** A core was detached, by whomever. */
  forget(discoveryKey: Uint8Array): void {
    this.#oneWay.delete(b4a.toString(discoveryKey, 'hex'))
  }

  /** A channel opens: we download its core after those of higher priority. @param peer  hypercore's */
  opened(peer: RequestingPeer, core: InnerCore): void {
    const rank = this.#ranks.get(core)
    if (rank !== undefined) this.#order.add(peer, rank)
  }

  /** Which way a core goes that is open here; null = both. */
  oneWay(discoveryKey: Uint8Array): Verdict | null {
    return this.#oneWay.size === 0 ? null : (this.#oneWay.get(b4a.toString(discoveryKey, 'hex')) ?? null)
  }

  /** What throws or is no number counts as 0; nothing is kept when no policy ranks. */
  async #rank(core: InnerCore): Promise<[InnerCore, number]> {
    const ranking = this.#policies.findLast(({ priority }) => priority !== undefined)
    if (ranking === undefined) return [core, 0]
    let rank: unknown
    try {
      rank = ranking.priority!(await this.#keeper.describe(core))
    } catch (err) {
      this.#keeper.failed(err, core)
    }
    const valid = typeof rank === 'number' && !Number.isNaN(rank) ? rank : 0
    this.#ranks.set(core, valid)
    return [core, valid]
  }

  async #open(core: InnerCore, reason: Reason): Promise<void> {
    const id = b4a.toString(core.discoveryKey, 'hex')
    await this.#judge(core, reason, (verdict) => {
      if (core.replicator.attached(this.#mux)) return
      // To be asked tells the peer that the core is here, so it is not opened for the sake of our download only.
      if (reason === 'ask' && typeof verdict !== 'string' && !verdict.access) verdict = 'access'
      if (reason === 'ask' && verdict === 'access') this.#remember(id, core.discoveryKey)
      this.#settle(core, id, verdict)
    })
  }

  #settle(core: InnerCore, id: string, verdict: Verdict | Denial): void {
    if (typeof verdict === 'string') return this.#keeper.denied(core, verdict)
    if (verdict.access) this.#refused.delete(id)
    if (same(verdict, BOTH)) this.#oneWay.delete(id)
    else this.#oneWay.set(id, verdict)
    this.#keeper.attach(core)
  }

  /** @param apply  called in the same turn in which the answer was found to be the latest */
  async #judge(core: InnerCore, reason: Reason, apply: (verdict: Verdict | Denial) => void): Promise<void> {
    let asked
    let verdict: Verdict | Denial
    do {
      asked = this.#generation
      const onerror = (err: unknown): void => this.#keeper.failed(err, core)
      try {
        const described = await this.#keeper.describe(core)
        verdict = await judge(this.#policies, reason, described, this.peer, onerror)
      } catch (err) {
        onerror(err)
        verdict = 'access'
      }
    } while (asked !== this.#generation)
    apply(verdict)
  }

  #remember(id: string, discoveryKey: Uint8Array): void {
    this.#refused.delete(id)
    this.#refused.set(id, discoveryKey)
    if (this.#refused.size <= MAX_REMEMBERED) return
    for (const oldest of this.#refused.keys()) {
      this.#refused.delete(oldest)
      return
    }
  }
}

function same(a: Verdict, b: Verdict): boolean {
  return a.access === b.access && a.download === b.download
}
