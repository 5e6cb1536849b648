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
  /** the policies were late, which denies: what they say after all. Never rejects */
  readonly late: Promise<Verdict> | null
  /** denied because the policies changed at every answer */
  readonly isLoop?: boolean
  /** denied by an answer from before a change */
  readonly isOld?: boolean
}

interface Case extends Inquiry {
  /** the policies have changed since they were asked */
  dirty: boolean
  /** ends the wait for an answer; only the first call counts */
  end(outcome: 'late' | 'gone'): void
}

/** Is a policy changing the policies in the call in which it is asked? 'again' = and is asked because of such a change. */
export function ownChange(): 'no' | 'first' | 'again' {
  const inquiry = currentInquiry()
  if (inquiry === null) return 'no'
  return inquiry.echo ? 'again' : 'first'
}

/** Asks the policies of one stream, each core on its own, and waits for no answer for longer than it may take. */
export class Judge {
  readonly #panel: Panel
  readonly #reports: Reports
  readonly #ms: number
  readonly #clock: Clock
  readonly #cases = new Set<Case>()

  /** @param policies  may become more */
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
   * Waits until its time is over at most. A question that is under way when the policies change is answered, and asked
   * once more; only the denial of a core that is open counts all the same.
   * @param echo  because a policy changed the policies in the call in which it was asked
   * @returns     null = the stream closed before there was an answer
   */
  async decide(core: InnerCore, reason: Reason, echo: boolean): Promise<Judgement | null> {
    const open: Case = { core, reason, echo, asked: false, dirty: false, end: noop }
    const over = new Promise<'late' | 'gone'>((resolve) => (open.end = resolve))
    const ms = Math.min(this.#ms, MAX_TIMER_MS)
    const timer = this.#ms === Infinity ? null : this.#clock.setTimeout(() => open.end('late'), ms)
    this.#cases.add(open)
    try {
      for (let rounds = 1; !this.#panel.isOver; rounds++) {
        const answer = this.#ask(open)
        const outcome = await Promise.race([answer, over])
        if (outcome === 'gone') return null
        if (outcome === 'late') {
          const message = `no answer within ${this.#ms} ms`
          return this.#deny(open, 'POLICY_TIMEOUT', message, this.#late(open, answer))
        }
        if (!open.dirty || (reason === 'review' && typeof outcome === 'string'))
          return { verdict: outcome, late: null, isOld: open.dirty }
        if (rounds === MAX_ROUNDS)
          return this.#deny(open, 'POLICY_LOOP', 'the policies change whenever they are asked')
        await laterTurn() // other changes of this turn are the same one
      }
      return null
    } finally {
      if (timer !== null) this.#clock.clearTimeout(timer)
      this.#cases.delete(open)
    }
  }

  /** Is an answer awaited? A change may then be what a policy does whenever it is asked. */
  get isAsking(): boolean {
    for (const { asked } of this.#cases) if (asked) return true
    return false
  }

  /** The policies have changed: what they are being asked is asked again. The one that changes them answers anew anyway. */
  expire(isAbout: IsAbout, echo: boolean): void {
    const inside = currentInquiry()
    for (const open of this.#cases) {
      if (!open.asked || open === inside || !isAbout(open.core)) continue
      open.dirty = true
      open.echo ||= echo
    }
  }

  /** Nobody waits for an answer any more. */
  close(): void {
    this.#panel.isOver = true
    for (const open of this.#cases) open.end('gone')
  }

  /** Never rejects. */
  #ask(open: Case): Promise<Verdict> {
    open.asked = false
    open.dirty = false
    return inquire(open, this.#panel)
  }

  /** An answer that is not awaited any more; a changed policy is asked once more. */
  async #late(open: Case, answer: Promise<Verdict>): Promise<Verdict> {
    const verdict = await answer
    return open.dirty ? this.#ask(open) : verdict
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
