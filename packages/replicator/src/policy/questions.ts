import type { InnerCore } from '@manycore/hypercore-types'
import type { CoreName, CoreSource } from '../source/core-source.js'
import type { Reports } from '../stats/reports.js'
import type { Direction } from '../wire/direction.js'
import type { PolicyCore, PolicyPeer, ReplicationPolicy } from './policy.js'

/** Why a core is to be open: we offer it, the peer asks for it, the caller said so, or it has been open so far. */
export type Reason = 'announce' | 'ask' | 'attach' | 'review'

/** Which question was answered with no. */
type Denial = 'announce' | 'access'

type Question = 'announce' | 'access' | 'download'

/** What all policies together say about a core: which way it may go, or which question denied it. */
export type Verdict = Direction | Denial

/** A core about which the policies are being asked. */
export interface Inquiry {
  readonly core: InnerCore
  readonly reason: Reason
  /** it is asked because a policy changed the policies in the call in which it was asked */
  echo: boolean
  /** the policies have been asked, so that a change puts them to it again */
  asked: boolean
}

/** Whose policy is running in this very call. */
let current: Inquiry | null = null

export function currentInquiry(): Inquiry | null {
  return current
}

/** Who is asked, and where what the policies need to know comes from. */
export interface Panel {
  /** in order; all must allow */
  readonly policies: readonly ReplicationPolicy[]
  readonly peer: PolicyPeer
  readonly source: CoreSource
  readonly reports: Reports
  /** the stream has closed: nobody waits for an answer */
  isOver: boolean
}

/**
 * Puts all questions about one core to the policies. What they answer at once is worked out at once.
 * @returns 'access' for what throws, which is a 'core-error'. Never rejects
 */
export async function inquire(inquiry: Inquiry, panel: Panel): Promise<Verdict> {
  try {
    const cores = await describeCore(inquiry.core, panel.source)
    if (panel.isOver) return 'access'
    inquiry.asked = true
    return await weigh(inquiry, cores, panel)
  } catch (err) {
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
 * A policy is asked once for each name of a core, and all answers must be yes. So one that denies a name, or allows a
 * namespace, is right without knowing that there can be several.
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

/** One question about one name. Never throws or rejects: what does denies. */
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

/** A core as policies see it: once for each of its names, the one it was stored under first. */
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

/** A source may give one name, or none, instead of a list. */
function listNames(described: readonly CoreName[] | CoreName | null): readonly CoreName[] {
  if (described === null) return []
  return 'name' in described ? [described] : described
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
