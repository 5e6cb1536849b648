import { type Clock, MAX_TIMER_MS } from './clock.js'
import { MAX_CHANGES } from './defaults.js'
import { ReplicatorError } from './errors.js'
import { laterTurn } from './later-turn.js'
import type { InnerCore } from '@manycore/hypercore-types'
import type { PolicyCore, PolicyPeer, ReplicationPolicy } from './policy.js'
import { forEachName, judge } from './verdict.js'
import type { Denial, Question, Reason, Verdict } from './verdict.js'

/** What a judge asks of the stream's gate. */
export interface Clerk {
  /** the core as policies see it, once for each of its names */
  describe(core: InnerCore): Promise<readonly PolicyCore[]>
  failed(err: unknown, core: InnerCore): void
}

export interface Judgement {
  readonly verdict: Verdict | Denial
  /** the policies were late, which denies: what they say after all. Never rejects */
  readonly late: Promise<Verdict | Denial> | null
}

type Outcome = Verdict | Denial | 'again' | 'loop' | 'late' | 'gone'

/** A core about which the policies are being asked. */
interface Case {
  readonly core: InnerCore
  readonly reason: Reason
  /** changes that it follows from, each made while the answer to the one before was awaited */
  depth: number
  /** of asking; what is left of an earlier one is not asked any more */
  round: number
  /** the policies have been asked in this round, so that a change puts them to it again */
  asked: boolean
  /** ends the round; only the first call counts */
  end(outcome: Outcome): void
}

/** Whose policy is running in this very call. */
let inside: Case | null = null

/** How many changes a change follows from that a policy makes in the call in which it is asked; null = nobody is. */
export function ownDepth(): number | null {
  return inside === null ? null : inside.depth + 1
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
   * @param depth  changes that this follows from, each made while the answer to the one before was awaited
   * @returns      null = the stream closed before there was an answer
   */
  async decide(core: InnerCore, reason: Reason, depth: number): Promise<Judgement | null> {
    const open: Case = { core, reason, depth, round: 0, asked: false, end: noop }
    this.#cases.add(open)
    try {
      while (!this.#closed) {
        const answer = this.#ask(open, open.round)
        const outcome = await this.#first(open, answer)
        if (outcome === 'gone') return null
        if (outcome === 'late')
          return { ...this.#deny(open, 'POLICY_TIMEOUT', `no answer within ${this.#ms} ms`), late: answer }
        if (outcome === 'loop')
          return this.#deny(open, 'POLICY_LOOP', 'the policies change whenever they are asked')
        if (outcome !== 'again') return { verdict: outcome, late: null }
        await laterTurn() // other changes of this turn are the same one
      }
      return null
    } finally {
      this.#cases.delete(open)
    }
  }

  /** The most changes that a case follows from whose answer is awaited; −1 = there is none. */
  depth(isAbout: (core: InnerCore) => boolean): number {
    let most = -1
    for (const { core, asked, depth } of this.#cases) if (asked && isAbout(core)) most = Math.max(most, depth)
    return most
  }

  /** The policies have changed: what they were asked before is asked again. The one that changes them answers anew anyway. */
  expire(isAbout: (core: InnerCore) => boolean, depth: number): void {
    for (const open of this.#cases) {
      if (!open.asked || open === inside || !isAbout(open.core)) continue
      open.depth = depth
      open.round++
      open.asked = false
      open.end(depth > MAX_CHANGES ? 'loop' : 'again')
    }
  }

  /** Nobody waits for an answer any more. */
  close(): void {
    this.#closed = true
    for (const open of this.#cases) open.end('gone')
  }

  /** Never rejects. */
  async #ask(open: Case, round: number): Promise<Verdict | Denial> {
    try {
      const cores = await this.#clerk.describe(open.core)
      if (open.round !== round || this.#closed) return 'access' // nobody waits for it
      open.asked = true
      const put = forEachName(cores, this.#peer, (...asked) => this.#put(open, round, ...asked))
      return await judge(this.#policies, open.reason, put)
    } catch (err) {
      this.#clerk.failed(err, open.core)
      return 'access'
    }
  }

  #put(
    open: Case,
    round: number,
    policy: ReplicationPolicy,
    question: Question,
    core: PolicyCore,
    peer: PolicyPeer
  ): boolean | Promise<boolean> {
    if (policy[question] === undefined) return true
    if (open.round !== round) return false
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

  /** The answer, or what comes before it. */
  #first(open: Case, answer: Promise<Verdict | Denial>): Promise<Outcome> {
    return new Promise((resolve) => {
      const end = (outcome: Outcome): void => {
        if (timer !== null) this.#clock.clearTimeout(timer)
        resolve(outcome)
      }
      const ms = Math.min(this.#ms, MAX_TIMER_MS)
      const timer = this.#ms === Infinity ? null : this.#clock.setTimeout(() => end('late'), ms)
      open.end = end
      void answer.then(end)
    })
  }

  #deny({ core, reason }: Case, code: 'POLICY_LOOP' | 'POLICY_TIMEOUT', message: string): Judgement {
    this.#clerk.failed(new ReplicatorError(code, message), core)
    return { verdict: reason === 'announce' ? 'announce' : 'access', late: null }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}

function noop(): void {}
