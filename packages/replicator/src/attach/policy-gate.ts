import b4a from 'b4a'
import type { InnerCore, NoiseStream, ProtocolStream, Protomux } from '@manycore/hypercore-types'
import type { Clock } from '../clock.js'
import { PATIENCE_MS } from '../defaults.js'
import { DeniedCores } from './denied-cores.js'
import { DownloadOrder } from '../wire/download-order.js'
import { Judge } from '../policy/judge.js'
import type { Clerk, Judgement } from '../policy/judge.js'
import type { Limits } from '../limits.js'
import type { IsAbout } from '../policy/policy-change.js'
import type { PolicyPeer, ReplicationPolicy } from '../policy/policy.js'
import { BOTH_WAYS, isSameDirection } from '../wire/direction.js'
import type { Direction } from '../wire/direction.js'
import type { RequestingPeer } from '../wire/opens.js'
import type { Denial, Reason, Verdict } from '../policy/verdict.js'

/** What the gate asks of the replicator, for its one stream. */
export interface GateKeeper extends Clerk {
  /** opens the core; does nothing when that is no longer possible */
  attach(core: InnerCore): void
  /** did we open it on this stream? */
  isAttached(core: InnerCore): boolean
  /** closes it; resolves once no message of it is being worked on */
  detach(core: InnerCore): Promise<void>
  /** looks a core up and serves it as if the remote asked now */
  open(discoveryKey: Uint8Array): Promise<unknown>
  denied(core: InnerCore, denial: Denial): void
}

/** What the policies say about the cores of one stream. */
export class PolicyGate {
  readonly peer: PolicyPeer
  readonly #noise: NoiseStream
  readonly #mux: Protomux
  readonly #keeper: GateKeeper
  readonly #policies: ReplicationPolicy[] = []
  /** hex discovery keys of the cores that are open in one direction only */
  readonly #oneWay = new Map<string, Direction>()
  /** priorities; none where no policy has any */
  readonly #ranks = new WeakMap<InnerCore, number>()
  readonly #order = new DownloadOrder()
  readonly #clock: Clock
  readonly #judge: Judge
  readonly #denied: DeniedCores
  /** what is being decided, by reason and hex discovery key */
  readonly #deciding = new Map<string, Promise<void>>()
  /** hex discovery keys of the cores that policies denied by changing at every answer, to be asked about by others only */
  readonly #looped = new Set<string>()

  constructor(stream: ProtocolStream, mux: Protomux, keeper: GateKeeper, limits: Limits, clock: Clock) {
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
    this.#clock = clock
    this.#judge = new Judge(this.#policies, this.peer, keeper, limits.policyMs, clock)
    this.#denied = new DeniedCores(limits.coresPerStream)
  }

  /** @returns whether there was a policy that was not in force already */
  narrow(policies: readonly ReplicationPolicy[]): boolean {
    const fresh = policies.filter((policy) => !this.#policies.includes(policy))
    return (this.#policies.push(...fresh), fresh.length > 0)
  }

  /** Offers cores by ourselves, those of higher priority first. */
  async offer(cores: readonly InnerCore[], echo = false): Promise<void> {
    if (!(await this.#noise.opened)) return
    const ranks = new Map<number, InnerCore[]>()
    const fresh = cores.filter(({ discoveryKey }) => !this.#looped.has(hex(discoveryKey)))
    for (const [core, rank] of await Promise.all(fresh.map((one) => this.#rank(one)))) {
      const equals = ranks.get(rank)
      if (equals === undefined) ranks.set(rank, [core])
      else equals.push(core)
    }
    const patience = ranks.size > 1 ? this.#patience() : null
    for (const [, equals] of [...ranks].toSorted(([a], [b]) => b - a)) {
      const opened = Promise.all(equals.map((core) => this.#open(core, 'announce', echo)))
      await (patience === null ? opened : Promise.race([opened, patience.over]))
    }
    patience?.end()
  }

  /** The peer asks for a core. @returns whether it is open now */
  async serve(core: InnerCore): Promise<boolean> {
    await this.#rank(core)
    const denied = this.#denied.get(core.discoveryKey) // the policies may have changed meanwhile
    if (denied?.verdict) this.#settle(core, denied.reason, denied.verdict)
    else await this.#open(core, 'ask', denied?.echo ?? false)
    return core.replicator.attached(this.#mux)
  }

  /** The caller opens a core: that takes the place of `announce`. */
  async attach(core: InnerCore): Promise<void> {
    if (!(await this.#noise.opened)) return
    await this.#rank(core)
    await this.#open(core, 'attach', false)
  }

  /** Is an answer of a policy awaited? */
  get isAsking(): boolean {
    return this.#judge.isAsking
  }

  /** The policies have changed, and not because they were asked: what they denied by that is asked about again. */
  forgive(): void {
    this.#looped.clear()
  }

  /** From now on no answer that a policy gave before counts. */
  expire(isAbout: IsAbout, echo: boolean): void {
    this.#judge.expire(isAbout, echo)
  }

  /** Asks again about what the peer was denied. */
  async retry(isAbout: IsAbout, echo: boolean): Promise<void> {
    const again = this.#denied
      .renew(isAbout, echo)
      .filter((discoveryKey) => !this.#looped.has(hex(discoveryKey)))
    await Promise.all(again.map((discoveryKey) => this.#keeper.open(discoveryKey)))
  }

  /**
   * Asks again about a core that we attached.
   * @returns resolves once no message of what was closed is being worked on
   */
  review(core: InnerCore, echo: boolean): Promise<void> {
    return this.#open(core, 'review', echo)
  }

  /** The stream has closed. */
  close(): void {
    this.#judge.close()
  }

  /** A core was detached, by whomever. */
  forget(discoveryKey: Uint8Array): void {
    this.#oneWay.delete(hex(discoveryKey))
  }

  /** A channel opens: we download its core after those of higher priority. @param peer  hypercore's */
  opened(peer: RequestingPeer, core: InnerCore): void {
    const rank = this.#ranks.get(core)
    if (rank !== undefined) this.#order.add(peer, rank)
  }

  /** Which way a core goes that is open here; null = both. */
  oneWay(discoveryKey: Uint8Array): Direction | null {
    return this.#oneWay.size === 0 ? null : (this.#oneWay.get(hex(discoveryKey)) ?? null)
  }

  /** How long cores of a lower priority wait for answers about higher ones. */
  #patience(): { over: Promise<void>; end: () => void } {
    let end = (): void => {}
    const over = new Promise<void>((resolve) => {
      const timer = this.#clock.setTimeout(resolve, PATIENCE_MS)
      end = () => this.#clock.clearTimeout(timer)
    })
    return { over, end }
  }

  /** What throws or is no number counts as 0; nothing is kept when no policy ranks. */
  async #rank(core: InnerCore): Promise<[InnerCore, number]> {
    const ranking = this.#policies.findLast(({ priority }) => priority !== undefined)
    if (ranking === undefined) return [core, 0]
    let rank: unknown
    try {
      rank = ranking.priority!((await this.#keeper.describe(core))[0]!)
    } catch (err) {
      this.#keeper.failed(err, core)
    }
    const valid = typeof rank === 'number' && !Number.isNaN(rank) ? rank : 0
    this.#ranks.set(core, valid)
    return [core, valid]
  }

  /** One decision about a core at a time: the judge asks again in it what changes meanwhile. */
  #open(core: InnerCore, reason: Reason, echo: boolean): Promise<void> {
    const id = `${reason} ${hex(core.discoveryKey)}`
    const deciding = this.#deciding.get(id)
    if (deciding !== undefined) return deciding
    const decided = this.#judge
      .decide(core, reason, echo)
      .finally(() => this.#deciding.delete(id))
      .then((judged) => (judged === null ? undefined : this.#apply(core, reason, judged, echo)))
    this.#deciding.set(id, decided)
    return decided
  }

  #apply(core: InnerCore, reason: Reason, judged: Judgement, echo: boolean): Promise<void> | undefined {
    const { verdict, late, isLoop, isOld } = judged
    const id = hex(core.discoveryKey)
    if (isLoop) this.#looped.add(id)
    else this.#looped.delete(id)
    if (!core.replicator.attached(this.#mux)) {
      if (reason !== 'review') this.#settle(core, reason, verdict, echo, late)
      return undefined
    }
    // It is open, perhaps for another reason and on another answer: it is closed, or goes another way, if this one says so.
    if (verdict === 'announce' || !this.#keeper.isAttached(core)) return undefined
    if (typeof verdict !== 'string' && isSameDirection(verdict, this.oneWay(core.discoveryKey) ?? BOTH_WAYS))
      return undefined
    const closed = this.#keeper.detach(core)
    this.#settle(core, 'review', verdict, echo, late)
    if (isOld) void this.#keeper.open(core.discoveryKey) // it may be allowed by now
    return closed
  }

  #settle(
    core: InnerCore,
    reason: Reason,
    verdict: Verdict,
    echo = false,
    late: Promise<Verdict> | null = null
  ): void {
    // To be asked tells the peer that the core is here, so it is not opened for the sake of our download only.
    if (reason === 'ask' && typeof verdict !== 'string' && !verdict.upload) verdict = 'access'
    if (typeof verdict === 'string') {
      const isPeers = reason === 'ask' || reason === 'review'
      if (isPeers || late !== null) void this.#remember(core, reason, echo, late)
      return this.#keeper.denied(core, verdict)
    }
    if (verdict.upload) this.#denied.delete(core.discoveryKey)
    const id = hex(core.discoveryKey)
    if (isSameDirection(verdict, BOTH_WAYS)) this.#oneWay.delete(id)
    else this.#oneWay.set(id, verdict)
    this.#keeper.attach(core)
  }

  /** A late answer counts, unless the core was asked for again meanwhile, or the policies have changed. */
  async #remember(
    core: InnerCore,
    reason: Reason,
    echo: boolean,
    late: Promise<Verdict> | null
  ): Promise<void> {
    const denied = this.#denied.add(core, reason, echo)
    const verdict = await late
    if (verdict === null || typeof verdict === 'string' || this.#denied.get(denied.discoveryKey) !== denied)
      return
    denied.verdict = verdict
    await this.#keeper.open(denied.discoveryKey)
  }
}

function hex(bytes: Uint8Array): string {
  return b4a.toString(bytes, 'hex')
}
