import b4a from 'b4a'
import { checkPolicies } from './policy.js'
import type { PolicyCore, PolicyPeer, ReplicationPolicy } from './policy.js'

/**
 * Only these peers see, get and give anything.
 * @param publicKeys  32 bytes each; read at every call
 */
export function allowPeers(publicKeys: Iterable<Uint8Array>): ReplicationPolicy {
  const allows = (_core: PolicyCore, { remotePublicKey }: PolicyPeer): boolean => {
    for (const publicKey of publicKeys) if (b4a.equals(publicKey, remotePublicKey)) return true
    return false
  }
  return { announce: allows, access: allows, download: allows }
}

/**
 * Only cores that have a name in one of these namespaces, whatever other names they have.
 * @param namespaces  32 bytes each, as `store.ns`; read at every call
 */
export function allowNamespaces(namespaces: Iterable<Uint8Array>): ReplicationPolicy {
  const allows = ({ names }: PolicyCore): boolean => {
    for (const one of namespaces) if (names.some(({ namespace }) => b4a.equals(one, namespace))) return true
    return false
  }
  return { announce: allows, access: allows, download: allows }
}

/** Takes data from everybody and gives none. */
export function downloadOnly(): ReplicationPolicy {
  return { access: () => false, download: () => true }
}

/** Gives data to everybody and takes none. */
export function uploadOnly(): ReplicationPolicy {
  return { download: () => false }
}

/** @deprecated Call `downloadOnly()`, which is the same. This name goes with the next minor version. */
export function readOnlyMirror(): ReplicationPolicy {
  return downloadOnly()
}

/** @deprecated Call `uploadOnly()`, which is the same. This name goes with the next minor version. */
export function publisher(): ReplicationPolicy {
  return uploadOnly()
}

/** Allows what all of these policies allow. The priority is that of the last one that has any. */
export function allOf(...policies: readonly ReplicationPolicy[]): ReplicationPolicy {
  checkPolicies(policies)
  const all =
    (ask: (policy: ReplicationPolicy) => NonNullable<ReplicationPolicy['access']> | undefined) =>
    async (core: PolicyCore, peer: PolicyPeer): Promise<boolean> => {
      for (const policy of policies) {
        const allows = ask(policy)
        if (allows !== undefined && (await allows.call(policy, core, peer)) !== true) return false
      }
      return true
    }
  const ranking = policies.findLast(({ priority }) => priority !== undefined)
  return {
    announce: all(({ announce }) => announce),
    access: all(({ access }) => access),
    download: all(({ download, access }) => download ?? access),
    ...(ranking && { priority: (core: PolicyCore) => ranking.priority!(core) })
  }
}
