import type { PolicyCore, PolicyPeer, ReplicationPolicy } from './policy.js'

/** What a peer and we may do with one core; both false = it stays closed. */
export interface Verdict {
  /** the peer may have it */
  readonly access: boolean
  /** we may take it from the peer */
  readonly download: boolean
}

/** Why a core is about to be opened: by ourselves, because the peer asks, or because the caller said so. */
export type Reason = 'announce' | 'ask' | 'attach'

/** Which part of a policy said no. */
export type Denial = 'announce' | 'access'

type Question = 'announce' | 'access' | 'download'

/**
 * Asks policies about a core; all must allow.
 * @param onerror  gets what a policy throws or rejects with, which denies
 */
export async function judge(
  policies: readonly ReplicationPolicy[],
  reason: Reason,
  core: PolicyCore,
  peer: PolicyPeer,
  onerror: (err: unknown) => void
): Promise<Verdict | Denial> {
  const ask = async (policy: ReplicationPolicy, question: Question): Promise<boolean> => {
    try {
      return policy[question] === undefined || (await policy[question](core, peer)) === true
    } catch (err) {
      onerror(err)
      return false
    }
  }
  if (reason === 'announce') {
    for (const policy of policies) if (!(await ask(policy, 'announce'))) return 'announce'
  }
  let access = true
  let download = true
  for (const policy of policies) {
    const has: boolean = await ask(policy, 'access')
    if (download) download = policy.download === undefined ? has : await ask(policy, 'download')
    access &&= has
  }
  return access || download ? { access, download } : 'access'
}
