import b4a from 'b4a'
import { BoundedMap, forEach } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import type { InnerCore, Protomux } from '@manycore/hypercore-types'
import { CORES_AT_ONCE } from '../defaults.js'
import type { Limits } from '../options.js'
import { Judge } from '../policy/judge.js'
import type { Judgement } from '../policy/judge.js'
import type { IsAbout } from '../policy/policy-change.js'
import type { PolicyPeer, ReplicationPolicy } from '../policy/policy.js'
import { describeCore } from '../policy/questions.js'
import type { Reason, Verdict } from '../policy/questions.js'
import type { CoreSource } from '../source/core-source.js'
import type { Reports } from '../stats/reports.js'
import type { OpenStream } from '../streams/stream-set.js'
import { BOTH_WAYS, isSameDirection } from '../wire/direction.js'
import type { Direction } from '../wire/direction.js'
import { DownloadOrder } from '../wire/download-order.js'
import type { CorePeer } from '../wire/hypercore-peer.js'
import type { Attachments } from './attachments.js'
import { inPieces } from './in-pieces.js'
import type { LookUps } from './look-ups.js'

/** What the gates of all streams work with. */
export interface GateParts {
  readonly source: CoreSource
  readonly attachments: Attachments
  readonly lookUps: LookUps
  readonly reports: Reports
  readonly limits: Limits
  readonly clock: Clock
}

/** A core that the peer asked for, or had, and was denied. */
interface Denied {
  /** 32 bytes; null if only the discovery key is known. */
  readonly key: Uint8Array | null
  /** 32 bytes. */
  readonly discoveryKey: Uint8Array
  /** Why it was to be attached. */
  readonly reason: Reason
  /** Whether asking again follows from a change that a policy made while it was being asked. */
  readonly echo: boolean
  /** What the policies have answered late: the core is to be attached in this direction. */
  late: Direction | null
}

/** Attaches to one stream the cores that its policies allow, and detaches those that they deny. */
export class PolicyGate {
  readonly peer: PolicyPeer
  readonly #record: OpenStream
  readonly #parts: GateParts
  readonly #policies: ReplicationPolicy[] = []
  readonly #judge: Judge
  /** The priorities of cores; empty if no policy has any. */
  readonly #ranks = new WeakMap<InnerCore, number>()
  readonly #order = new DownloadOrder()
  /** By hex discovery key, to be attached when the policies allow it: as many as may be open for the peer. */
  readonly #denied: BoundedMap<string, Denied>
  /** Decisions that are under way, by reason and hex discovery key. */
  readonly #deciding = new Map<string, Promise<void>>()
  /**
   * The hex discovery keys of cores that were denied because the policies changed with every answer; only a change from
   * outside asks about them again.
   */
  readonly #looped = new Set<string>()

  constructor(record: OpenStream, parts: GateParts) {
    const { noise, stream } = record
    this.peer = {
      get remotePublicKey() {
        return noise.remotePublicKey!
      },
      stream,
      data: null
    }
    this.#record = record
    this.#parts = parts
    this.#judge = new Judge(this.#policies, this.peer, parts)
    this.#denied = new BoundedMap(parts.limits.coresPerStream)
  }

  /** Adds policies. @returns whether any of them was not in force already */
  narrow(policies: readonly ReplicationPolicy[]): boolean {
    const fresh = policies.filter((policy) => !this.#policies.includes(policy))
    return (this.#policies.push(...fresh), fresh.length > 0)
  }

  /** The peer asks for a core. @param mux  that of the stream, or a lane of it. @returns whether the core is attached there now */
  async serve(core: InnerCore, mux: Protomux = this.#record.mux): Promise<boolean> {
    await this.#rank(core)
    if (mux !== this.#record.mux) return this.enter(core, 'ask', mux)
    const denied = this.#denied.get(hex(core.discoveryKey)) // the policies may have answered meanwhile
    if (denied?.late) this.#settle(core, denied.reason, denied.late)
    else await this.#decide(core, 'ask', denied?.echo ?? false)
    return core.replicator.attached(this.#record.mux)
  }

  /** The caller attaches a core, so `announce` is not asked. */
  async attach(core: InnerCore): Promise<void> {
    if (!(await this.#record.noise.opened)) return
    await this.#rank(core)
    await this.#decide(core, 'attach', false)
  }

  /** May the peer know of a core that is not open? A late answer counts as no. @returns which ways it may go; null = no */
  async mayAnnounce(core: Pick<InnerCore, 'key' | 'discoveryKey'>): Promise<Direction | null> {
    const judged = await this.#judge.decide(core as InnerCore, 'announce', false)
    return judged === null || typeof judged.verdict === 'string' ? null : judged.verdict
  }

  /** The same on a lane, on which nothing is decided but this. @returns whether the core is attached there now */
  async enter(core: InnerCore, reason: 'ask' | 'announce', lane: Protomux): Promise<boolean> {
    const judged = await this.#judge.decide(core, reason, false)
    if (judged !== null && !core.replicator.attached(lane)) {
      this.#settle(core, reason, judged.verdict, false, judged.late, lane)
    }
    return core.replicator.attached(lane)
  }

  /** We offer a core unasked. Its priority is known. */
  offer(core: InnerCore, echo: boolean): Promise<void> {
    return this.#decide(core, 'announce', echo)
  }

  /**
   * Asks again about a core that we attached.
   * @returns a promise that resolves once no message of what was closed is being worked on
   */
  review(core: InnerCore, echo: boolean): Promise<void> {
    return this.#decide(core, 'review', echo)
  }

  /**
   * Asks again about what the peer was denied. A denied offer is forgotten: the core is offered again, if it may be.
   */
  async retry(isAbout: IsAbout, echo: boolean): Promise<void> {
    const again: Uint8Array[] = []
    for (const [id, denied] of this.#denied) {
      if (!isAbout(denied)) continue
      if (denied.reason === 'announce') this.#denied.delete(id)
      else {
        this.#denied.set(id, { ...denied, echo, late: null })
        if (!this.#looped.has(id)) again.push(denied.discoveryKey)
      }
    }
    await inPieces(again, this.#parts.clock, (discoveryKey) => this.#reopen(discoveryKey))
  }

  /** Whether an answer of a policy is awaited. */
  get isAsking(): boolean {
    return this.#judge.isAsking
  }

  /**
   * The policies have changed, and not because they were asked: what was denied for changing with every answer is asked
   * about again.
   */
  forgive(): void {
    this.#looped.clear()
  }

  /** From now on, no answer that a policy has given before counts. */
  expire(isAbout: IsAbout, echo: boolean): void {
    this.#judge.expire(isAbout, echo)
  }

  /** The stream has closed. */
  close(): void {
    this.#judge.close()
  }

  /** Called when a channel opens, so that its core is downloaded after those of higher priority. */
  opened(peer: CorePeer, core: InnerCore): void {
    const rank = this.#ranks.get(core)
    if (rank !== undefined) this.#order.add(peer, rank)
  }

  /**
   * @returns the priorities of the cores that may be offered, which those are not that were denied for changing with
   * every answer
   */
  async rankAll(cores: readonly InnerCore[]): Promise<[InnerCore, number][]> {
    const fresh = cores.filter(({ discoveryKey }) => !this.#looped.has(hex(discoveryKey)))
    const ranked: [InnerCore, number][] = []
    await forEach(fresh.entries(), CORES_AT_ONCE, async ([i, core]) => {
      ranked[i] = await this.#rank(core)
    })
    return ranked
  }

  /** A priority that throws or is not a number counts as 0. Nothing is kept if no policy has a priority. */
  async #rank(core: InnerCore): Promise<[InnerCore, number]> {
    const ranking = this.#policies.findLast(({ priority }) => priority !== undefined)
    if (ranking === undefined) return [core, 0]
    const { source, reports } = this.#parts
    let rank: unknown
    try {
      rank = ranking.priority!((await describeCore(core, source))[0]!)
    } catch (err) {
      reports.coreFailed(err, core, this.peer.stream)
    }
    const valid = typeof rank === 'number' && !Number.isNaN(rank) ? rank : 0
    this.#ranks.set(core, valid)
    return [core, valid]
  }

  /** Makes one decision about a core at a time: if the policies change meanwhile, the judge asks again. */
  #decide(core: InnerCore, reason: Reason, echo: boolean): Promise<void> {
    const id = `${reason} ${hex(core.discoveryKey)}`
    const deciding = this.#deciding.get(id)
    if (deciding !== undefined) return deciding
    const decided = this.#judge
      .decide(core, reason, echo)
      .finally(() => this.#deciding.delete(id))
      .then(async (judged) => {
        if (judged !== null) await this.#apply(core, reason, judged, echo)
      })
    this.#deciding.set(id, decided)
    return decided
  }

  #apply(core: InnerCore, reason: Reason, judged: Judgement, echo: boolean): Promise<void> | null {
    const { attachments } = this.#parts
    const { verdict, late, isLoop, isOld } = judged
    const id = hex(core.discoveryKey)
    if (isLoop) this.#looped.add(id)
    else this.#looped.delete(id)
    if (![...this.#record.muxes].some((mux) => core.replicator.attached(mux))) {
      if (reason !== 'review') this.#settle(core, reason, verdict, echo, late)
      return null
    }
    // It is attached, perhaps for another reason and by another answer. This answer may detach it or change its direction.
    if (verdict === 'announce' || !this.#record.attached.has(core)) return null
    const now = attachments.direction(core.discoveryKey, this.#record) ?? BOTH_WAYS
    if (typeof verdict !== 'string' && isSameDirection(verdict, now)) return null
    const closed = attachments.detach(core, this.#record)
    this.#settle(core, 'review', verdict, echo, late)
    if (isOld) void this.#reopen(core.discoveryKey) // it may be allowed by now
    return closed
  }

  #settle(
    core: InnerCore,
    reason: Reason,
    verdict: Verdict,
    echo = false,
    late: Promise<Verdict> | null = null,
    mux: Protomux = this.#record.mux
  ): void {
    const { attachments, reports } = this.#parts
    // An answer tells the peer that the core is here, so a core that it may not have is not attached for our download alone.
    if (reason === 'ask' && typeof verdict !== 'string' && !verdict.upload) verdict = 'access'
    if (typeof verdict === 'string') {
      const isPeers = reason === 'ask' || reason === 'review'
      if (isPeers || late !== null) void this.#remember(core, reason, echo, late)
      return reports.tell('denied', core, this.peer.stream, verdict)
    }
    if (verdict.upload) this.#denied.delete(hex(core.discoveryKey))
    attachments.admit(core, this.#record, verdict, mux)
  }

  /** A late answer counts, unless the peer has asked again meanwhile, or the policies have changed. */
  async #remember(
    { key, discoveryKey }: InnerCore,
    reason: Reason,
    echo: boolean,
    late: Promise<Verdict> | null
  ): Promise<void> {
    const id = hex(discoveryKey)
    const denied: Denied = { key, discoveryKey, reason, echo, late: null }
    this.#denied.delete(id) // the youngest again
    this.#denied.set(id, denied)
    const verdict = await late
    if (verdict === null || typeof verdict === 'string' || this.#denied.get(id) !== denied) return
    denied.late = verdict
    await this.#reopen(discoveryKey)
  }

  /** Looks a core up, and serves it as if the peer asked now. */
  async #reopen(discoveryKey: Uint8Array): Promise<void> {
    const held = await this.#parts.lookUps.open(discoveryKey, this.#record)
    if (held === null) return
    try {
      await this.serve(held.core)
    } finally {
      held.release()
    }
  }
}

function hex(bytes: Uint8Array): string {
  return b4a.toString(bytes, 'hex')
}
