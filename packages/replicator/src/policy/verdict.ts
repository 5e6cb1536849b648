import type { Direction } from '../wire/direction.js'
import type { PolicyCore, PolicyPeer, ReplicationPolicy } from './policy.js'

/** Why a core is to be open: we offer it, the peer asks for it, the caller said so, or it has been open so far. */
export type Reason = 'announce' | 'ask' | 'attach' | 'review'

/** Which part of a policy said no. */
export type Denial = 'announce' | 'access'

/** What all policies together say about a core: which way it may go, or which question denied it. */
export type Verdict = Direction | Denial

export type Question = 'announce' | 'access' | 'download'

/** Puts one question to a policy that has it. Never throws or rejects: what does denies. */
export type Ask = (policy: ReplicationPolicy, question: Question) => boolean | Promise<boolean>

/** Asks policies about a core, in order; all must allow. What they answer at once is worked out at once. */
export async function judge(
  policies: readonly ReplicationPolicy[],
  reason: Reason,
  put: Ask
): Promise<Verdict> {
  if (reason === 'announce') {
    for (const policy of policies) {
      let offered = put(policy, 'announce')
      if (typeof offered !== 'boolean') offered = await offered
      if (!offered) return 'announce'
    }
  }
  let upload = true
  let download = true
  for (const policy of policies) {
    let has = put(policy, 'access')
    if (typeof has !== 'boolean') has = await has
    if (download) {
      let takes = policy.download === undefined ? has : put(policy, 'download')
      if (typeof takes !== 'boolean') takes = await takes
      download = takes
    }
    upload &&= has
  }
  return upload || download ? { upload, download } : 'access'
}

/**
 * The same about a core that has several names: a policy is asked once for each of them, and all answers must be yes.
 * So one that denies a name, or allows a namespace, is right without knowing that there can be several.
 */
export function forEachName(
  cores: readonly PolicyCore[],
  peer: PolicyPeer,
  call: (policy: ReplicationPolicy, question: Question, core: PolicyCore, peer: PolicyPeer) => ReturnType<Ask>
): Ask {
  if (cores.length === 1) return (policy, question) => call(policy, question, cores[0]!, peer)
  return async (policy, question) => {
    for (const core of cores) if (!(await call(policy, question, core, peer))) return false
    return true
  }
}
