import { type Clock, MAX_TIMER_MS } from '../clock.js'
import { MAX_ROUNDS } from '../defaults.js'
import { ReplicatorError } from '../errors.js'
import { laterTurn } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import type { PolicyCore, PolicyPeer, ReplicationPolicy } from './policy.js'
import { forEachName, judge } from './verdict.js'
import type { Question, Reason, Verdict } from './verdict.js'

/** What a judge asks of the stream's gate. */
export interface Clerk {
  /** the core as policies see it, once for each of its names */
  describe(core: InnerCore): Promise<readonly PolicyCore[]>
  failed(err: unknown, core: InnerCore): void
}

export interface Judgement {
  readonly verdict: Verdict
  /** the policies were late, which denies: what they say after all. Never rejects */
  readonly late: Promise<Verdict> | null
  /** denied because the policies changed at every answer */
  readonly isLoop?: boolean
  /** denied by an answer from before a change */
  readonly isOld?: boolean
}

/** A core about which the policies are being asked. */
interface Case {
  readonly core: InnerCore
  readonly reason: Reason
  /** it is asked because a policy changed the policies in the call in which it was asked */
  echo: boolean
  /** the policies have been asked, so that a change puts them to it again */
  asked: boolean
  /** the policies have changed since they were asked */
  dirty: boolean
  /** ends the wait for an answer; only the first call counts */
  end(outcome: 'late' | 'gone'): void
}

/** Whose policy is running in this very call. */
let inside: Case | null = null

/** Is a policy changing the policies in the call in which it is asked? 'again' = and is asked because of such a change. */
export function ownChange(): 'no' | 'first' | 'again' {
  if (inside === null) return 'no'
  return inside.echo ? 'again' : 'first'
}

/** Asks the policies of one stream, each core on its own, and waits for no answer for longer than it may take. */
export class Judge {
  readonly #policies: readonly ReplicationPolicy[]
  readonly #peer: PolicyPeer
  readonly #clerk: Clerk
  readonly #ms: number
  readonly #clock: Clock
  readonly #cases = new Set<Case>()
  #closed = false

  /** @param policies  may become more */
  constructor(
    policies: readonly ReplicationPolicy[],
    peer: PolicyPeer,
    clerk: Clerk,
    ms: number,
    clock: Clock
  ) {
    this.#policies = policies
    this.#peer = peer
    this.#clerk = clerk
    this.#ms = ms
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
      for (let rounds = 1; !this.#closed; rounds++) {
        const answer = this.#ask(open)
        const outcome = await Promise.race([answer, over])
        if (outcome === 'gone') return null
        if (outcome === 'late')
          return this.#deny(
            open,
            'POLICY_TIMEOUT',
            `no answer within ${this.#ms} ms`,
            this.#late(open, answer)
          )
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
  expire(isAbout: (core: InnerCore) => boolean, echo: boolean): void {
    for (const open of this.#cases) {
      if (!open.asked || open === inside || !isAbout(open.core)) continue
      open.dirty = true
      open.echo ||= echo
    }
  }

  /** Nobody waits for an answer any more. */
  close(): void {
    this.#closed = true
    for (const open of this.#cases) open.end('gone')
  }

  /** Never rejects. */
  async #ask(open: Case): Promise<Verdict> {
    open.asked = false
    open.dirty = false
    try {
      const cores = await this.#clerk.describe(open.core)
      if (this.#closed) return 'access' // nobody waits for it
      open.asked = true
      const put = forEachName(cores, this.#peer, (...asked) => this.#put(open, ...asked))
      return await judge(this.#policies, open.reason, put)
    } catch (err) {
      this.#clerk.failed(err, open.core)
      return 'access'
    }
  }

  #put(
    open: Case,
    policy: ReplicationPolicy,
    question: Question,
    core: PolicyCore,
    peer: PolicyPeer
  ): boolean | Promise<boolean> {
    if (policy[question] === undefined) return true
    const fail = (err: unknown): false => {
      this.#clerk.failed(err, open.core)
      return false
    }
    const before = inside
    inside = open
    try {
      const answer: unknown = policy[question](core, peer)
      if (!isThenable(answer)) return answer === true
      return Promise.resolve(answer).then((late) => late === true, fail)
    } catch (err) {
      return fail(err)
    } finally {
      inside = before
    }
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
    this.#clerk.failed(new ReplicatorError(code, message), core)
    return { verdict: reason === 'announce' ? 'announce' : 'access', late, isLoop: code === 'POLICY_LOOP' }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}

function noop(): void {}
