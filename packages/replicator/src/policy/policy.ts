import { aFunction, badArgument, type OptionTable, refuseUnknown } from '@manycore/ground'
import type { Bytes, ProtocolStream } from '@manycore/hypercore-types'
import type { CoreName } from '../source/core-source.js'

/** Who is at the other end of a stream, as a policy sees it. One object per stream, the same at every call. */
export interface PolicyPeer {
  /** 32 bytes, authenticated by Noise; no policy is asked before the handshake is over. */
  readonly remotePublicKey: Bytes
  /** The stream that connects us. */
  readonly stream: ProtocolStream
  /** The application's own; kept as long as the stream. */
  data: unknown
}

/** Which core it is about. */
export interface PolicyCore {
  /** 32 bytes; null if only the discovery key is known. */
  readonly key: Uint8Array | null
  /** 32 bytes. */
  readonly discoveryKey: Uint8Array
  /** How many blocks we know of. */
  readonly length: number
  /** Whether we can append to it. */
  readonly writable: boolean
  /**
   * The name under which it is stored; null: none, or the source does not know. A policy is asked once for each
   * name of a core, and every answer must be `true`.
   */
  readonly name: string | null
  /** 32 bytes: the namespace of that name; null: none. */
  readonly namespace: Uint8Array | null
  /** All names of the core, whichever of them the policy is asked about. */
  readonly names: readonly CoreName[]
}

/**
 * Which cores go over which stream. A function that is omitted allows, except that an omitted `download` is
 * decided by `access`: a peer that may not have a core is not asked for it either. Only `true` allows; a call
 * that throws or rejects, or has not answered within `policyMs`, denies and is a 'core-error'. Without any
 * policy everybody who knows a core's key gets it, as in Corestore.
 */
export interface ReplicationPolicy {
  /** May we open this core towards this peer by ourselves? */
  announce?(core: PolicyCore, peer: PolicyPeer): boolean | Promise<boolean>
  /** The peer asks for this core, or for its blocks: may it have them? */
  access?(core: PolicyCore, peer: PolicyPeer): boolean | Promise<boolean>
  /** May we take this core's data from this peer? If it is omitted, `access` decides. */
  download?(core: PolicyCore, peer: PolicyPeer): boolean | Promise<boolean>
  /**
   * On each stream, cores with a higher number are attached and downloaded first: nothing of a core is requested while
   * the peer owes us data of a higher one. Asked before a core is attached. If it throws, it is 0.
   */
  priority?(core: PolicyCore): number
}

const POLICY = {
  announce: { check: aFunction, otherwise: 'all may be announced' },
  access: { check: aFunction, otherwise: 'all may have it' },
  download: { check: aFunction, otherwise: 'as `access`' },
  priority: { check: aFunction, otherwise: '0' }
} satisfies OptionTable<ReplicationPolicy>

const QUESTIONS = Object.keys(POLICY) as readonly (keyof ReplicationPolicy)[]

/** @returns what a caller passed as a policy, as a list. @throws BAD_ARGUMENT */
export function checkPolicies(
  policy: ReplicationPolicy | readonly ReplicationPolicy[] | null | undefined
): readonly ReplicationPolicy[] {
  if (policy === undefined || policy === null) return []
  const policies = Array.isArray(policy) ? (policy as readonly ReplicationPolicy[]) : [policy]
  for (const one of policies as readonly ReplicationPolicy[]) {
    if (typeof one !== 'object' || one === null) throw badArgument('policy', 'an object of functions', one)
    refuseUnknown(one, QUESTIONS, 'policy')
    for (const question of QUESTIONS) {
      if (one[question] === undefined || typeof one[question] === 'function') continue
      throw badArgument(`policy.${question}`, 'a function, or absent', one[question])
    }
    if (isInstance(one) && QUESTIONS.every((question) => one[question] === undefined)) {
      throw badArgument('policy', 'an object with announce(), access(), download() or priority()', one)
    }
  }
  return policies as readonly ReplicationPolicy[]
}

/** `{}` allows everything on purpose; an instance of a class that has none of the functions is a mistake. */
function isInstance(policy: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(policy)
  return prototype !== Object.prototype && prototype !== null
}
