import { laterTurn, MAX_TIMER_MS } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import { MAX_ROUNDS } from '../defaults.js'
import { ReplicatorError } from '../errors.js'
import type { Limits } from '../options.js'
import type { CoreSource } from '../source/core-source.js'
import type { Reports } from '../stats/reports.js'
import type { IsAbout } from './policy-change.js'
import type { PolicyPeer, ReplicationPolicy } from './policy.js'
import { currentInquiry, inquire } from './questions.js'
import type { Inquiry, Panel, Reason, Verdict } from './questions.js'

export interface Judgement {
  readonly verdict: Verdict
  /** What the policies will say after all, if they were late and the core is denied for that. Never rejects. */
  readonly late: Promise<Verdict> | null
  /** Denied because the policies changed with every answer. */
  readonly isLoop?: boolean
  /** Denied by an answer from before a change. */
  readonly isOld?: boolean
}

interface Case extends Inquiry {
  /** Whether the policies have changed since they were asked. */
  dirty: boolean
  /** Ends the wait for an answer. Only the first call counts. */
  end(outcome: 'late' | 'gone'): void
}

/** Whether a policy that is being asked is changing the policies. 'again': it is asked because of such a change. */
export function ownChange(): 'no' | 'first' | 'again' {
  const inquiry = currentInquiry()
  if (inquiry === null) return 'no'
  return inquiry.echo ? 'again' : 'first'
}

/** Asks the policies of one stream about each core on its own, and waits for an answer no longer than it may take. */
export class Judge {
  readonly #panel: Panel
  readonly #reports: Reports
  readonly #ms: number
  readonly #clock: Clock
  readonly #cases = new Set<Case>()

  /** @param policies  more may be added later */
  constructor(
    policies: readonly ReplicationPolicy[],
    peer: PolicyPeer,
    parts: {
      readonly source: CoreSource
      readonly reports: Reports
      readonly limits: Limits
      readonly clock: Clock
    }
  ) {
    const { source, reports, limits, clock } = parts
    this.#panel = { policies, peer, source, reports, isOver: false }
    this.#reports = reports
    this.#ms = limits.policyMs
    this.#clock = clock
  }

  /**
   * Decides about a core, within `policyMs`. A question that is under way when the policies change is answered and then
   * asked once more; only the denial of an open core counts at once.
   * @param echo  whether this follows from a change that a policy made while it was being asked
   * @returns     null if the stream closed before there was an answer
   */
  async decide(core: InnerCore, reason: Reason, echo: boolean): Promise<Judgement | null> {
    const inquiry: Case = { core, reason, echo, asked: false, dirty: false, end: noop }
    const over = new Promise<'late' | 'gone'>((resolve) => (inquiry.end = resolve))
    const ms = Math.min(this.#ms, MAX_TIMER_MS)
    const timer = this.#ms === Infinity ? null : this.#clock.setTimeout(() => inquiry.end('late'), ms)
    this.#cases.add(inquiry)
    try {
      for (let rounds = 1; !this.#panel.isOver; rounds++) {
        const answer = this.#ask(inquiry)
        const outcome = await Promise.race([answer, over])
        if (outcome === 'gone') return null
        if (outcome === 'late') {
          const message = `no answer within ${this.#ms} ms`
          return this.#deny(inquiry, 'POLICY_TIMEOUT', message, this.#late(inquiry, answer))
        }
        if (!inquiry.dirty || (reason === 'review' && typeof outcome === 'string'))
          return { verdict: outcome, late: null, isOld: inquiry.dirty }
        if (rounds === MAX_ROUNDS)
          return this.#deny(inquiry, 'POLICY_LOOP', 'the policies change whenever they are asked')
        await laterTurn() // other changes of this turn count as the same
      }
      return null
    } finally {
      if (timer !== null) this.#clock.clearTimeout(timer)
      this.#cases.delete(inquiry)
    }
  }

  /** Whether an answer is awaited. A change may then be what a policy does whenever it is asked. */
  get isAsking(): boolean {
    for (const { asked } of this.#cases) if (asked) return true
    return false
  }

  /**
   * The policies have changed, so what they are being asked is asked again, except for the question in which one
   * changes them.
   */
  expire(isAbout: IsAbout, echo: boolean): void {
    const inside = currentInquiry()
    for (const inquiry of this.#cases) {
      if (!inquiry.asked || inquiry === inside || !isAbout(inquiry.core)) continue
      inquiry.dirty = true
      inquiry.echo ||= echo
    }
  }

  /** Ends all waiting: the stream has closed. */
  close(): void {
    this.#panel.isOver = true
    for (const inquiry of this.#cases) inquiry.end('gone')
  }

  /** Never rejects. */
  #ask(inquiry: Case): Promise<Verdict> {
    inquiry.asked = false
    inquiry.dirty = false
    return inquire(inquiry, this.#panel)
  }

  /** Waits for an answer that came too late. If the policies have changed meanwhile, they are asked once more. */
  async #late(inquiry: Case, answer: Promise<Verdict>): Promise<Verdict> {
    const verdict = await answer
    return inquiry.dirty ? this.#ask(inquiry) : verdict
  }

  #deny(
    { core, reason }: Case,
    code: 'POLICY_LOOP' | 'POLICY_TIMEOUT',
    message: string,
    late: Judgement['late'] = null
  ): Judgement {
    this.#reports.coreFailed(new ReplicatorError(code, message), core, this.#panel.peer.stream)
    return { verdict: reason === 'announce' ? 'announce' : 'access', late, isLoop: code === 'POLICY_LOOP' }
  }
}

function noop(): void {}
