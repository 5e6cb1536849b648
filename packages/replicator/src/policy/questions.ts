import type { InnerCore } from '@manycore/hypercore-types'
import type { CoreName, CoreSource } from '../source/core-source.js'
import type { Reports } from '../stats/reports.js'
import type { Direction } from '../wire/direction.js'
import type { PolicyCore, PolicyPeer, ReplicationPolicy } from './policy.js'

/** Why a core is to be attached: we offer it, the peer asks for it, the caller says so, or it is attached already. */
export type Reason = 'announce' | 'ask' | 'attach' | 'review'

/** The question that was answered with no. */
type Denial = 'announce' | 'access'

type Question = 'announce' | 'access' | 'download'

/** What all policies together say about a core: the direction in which it may go, or the question that denied it. */
export type Verdict = Direction | Denial

/** A core about which the policies are being asked. */
export interface Inquiry {
  readonly core: InnerCore
  readonly reason: Reason
  /** Whether it follows from a change that a policy made while it was being asked. */
  echo: boolean
  /** Whether the policies have been asked: a change then has them asked again. */
  asked: boolean
}

/** The inquiry whose policy is running in this very call. */
let current: Inquiry | null = null

export function currentInquiry(): Inquiry | null {
  return current
}

/** The policies of one stream, and where what they need to know comes from. */
export interface Panel {
  /** They are asked in this order, and all must allow. */
  readonly policies: readonly ReplicationPolicy[]
  readonly peer: PolicyPeer
  readonly source: CoreSource
  readonly reports: Reports
  /** Whether the stream has closed, so that nobody waits for an answer. */
  isOver: boolean
}

/**
 * Puts all questions about one core to the policies. If they answer at once, there is no wait between the questions.
 * @returns 'access' if the core cannot be described, which is a 'core-error'. Never rejects
 */
export async function inquire(inquiry: Inquiry, panel: Panel): Promise<Verdict> {
  try {
    const cores = await describeCore(inquiry.core, panel.source)
    if (panel.isOver) return 'access'
    inquiry.asked = true
    return await weigh(inquiry, cores, panel)
  } catch (err) {
    if (panel.isOver) return 'access' // nobody waits for it, and the source may have closed
    panel.reports.coreFailed(err, inquiry.core, panel.peer.stream)
    return 'access'
  }
}

async function weigh(inquiry: Inquiry, cores: readonly PolicyCore[], panel: Panel): Promise<Verdict> {
  const ask = (policy: ReplicationPolicy, question: Question): boolean | Promise<boolean> =>
    askAboutEach(inquiry, cores, panel, policy, question)

  if (inquiry.reason === 'announce') {
    for (const policy of panel.policies) {
      let offered = ask(policy, 'announce')
      if (typeof offered !== 'boolean') offered = await offered
      if (!offered) return 'announce'
    }
  }
  let upload = true
  let download = true
  for (const policy of panel.policies) {
    let has = ask(policy, 'access')
    if (typeof has !== 'boolean') has = await has
    if (download) {
      let takes = policy.download === undefined ? has : ask(policy, 'download')
      if (typeof takes !== 'boolean') takes = await takes
      download = takes
    }
    upload &&= has
  }
  return upload || download ? { upload, download } : 'access'
}

/**
 * Asks a policy once for each name of a core; all answers must be yes. So a policy that denies a name, or allows a
 * namespace, is right without knowing that a core can have several.
 */
function askAboutEach(
  inquiry: Inquiry,
  cores: readonly PolicyCore[],
  panel: Panel,
  policy: ReplicationPolicy,
  question: Question
): boolean | Promise<boolean> {
  const [first, ...others] = cores
  const answer = ask(inquiry, first!, panel, policy, question)
  if (others.length === 0) return answer
  return (async () => {
    if (!(await answer)) return false
    for (const core of others) if (!(await ask(inquiry, core, panel, policy, question))) return false
    return true
  })()
}

/** Puts one question about one name. Never throws or rejects: a policy that does denies. */
function ask(
  inquiry: Inquiry,
  core: PolicyCore,
  { peer, reports }: Panel,
  policy: ReplicationPolicy,
  question: Question
): boolean | Promise<boolean> {
  if (policy[question] === undefined) return true
  const fail = (err: unknown): false => {
    reports.coreFailed(err, inquiry.core, peer.stream)
    return false
  }
  const before = current
  current = inquiry
  try {
    const answer: unknown = policy[question](core, peer)
    if (!isThenable(answer)) return answer === true
    return Promise.resolve(answer).then((late) => late === true, fail)
  } catch (err) {
    return fail(err)
  } finally {
    current = before
  }
}

/** @returns the core as policies see it, once for each of its names; first comes the one that it was stored under */
export async function describeCore(core: InnerCore, source: CoreSource): Promise<readonly PolicyCore[]> {
  const names = source.describe === undefined ? [] : listNames(await source.describe(core))
  const described = {
    key: core.key,
    discoveryKey: core.discoveryKey,
    length: core.state?.length ?? 0,
    writable: !!core.header?.keyPair?.secretKey,
    names
  }
  if (names.length === 0) return [{ ...described, name: null, namespace: null }]
  return names.map(({ name, namespace }) => ({ ...described, name, namespace }))
}

/** A source may give one name, or null, instead of a list. */
function listNames(described: readonly CoreName[] | CoreName | null): readonly CoreName[] {
  if (described === null) return []
  return 'name' in described ? [described] : described
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
