import b4a from 'b4a'
import { readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { Hypercore, InnerCore, ProtocolStream } from '@manycore/hypercore-types'
import type { PolicyCore, PolicyPeer } from './policy.js'

/** Whom and what a change of policy is about; absent = all of them. */
export interface PolicyChange {
  /** 32 bytes, a public key; a stream; or what a policy was given */
  peer?: Uint8Array | ProtocolStream | PolicyPeer
  /** 32 bytes, a key or discovery key; a Hypercore; or what a policy was given */
  core?: Uint8Array | InnerCore | Hypercore<unknown> | PolicyCore
}

/** Is a change about this core? */
export type IsAbout = (core: Pick<InnerCore, 'key' | 'discoveryKey'>) => boolean

const TABLE: OptionTable<PolicyChange> = { peer: null, core: null }

/** @throws BAD_ARGUMENT: with a misspelt name it would be about everybody */
export function readPolicyChange(change: PolicyChange | undefined): PolicyChange {
  return readOptions(change, TABLE, 'change')
}

export function isSamePeer(asked: PolicyChange['peer'], peer: PolicyPeer): boolean {
  if (asked === undefined || asked === peer) return true
  if (asked instanceof Uint8Array) return isEqual(asked, peer.remotePublicKey)
  const stream = 'stream' in asked ? asked.stream : asked
  return stream.noiseStream === peer.stream.noiseStream
}

export function isSameCore(
  asked: PolicyChange['core'],
  core: Pick<InnerCore, 'key' | 'discoveryKey'>
): boolean {
  if (asked === undefined) return true
  if (!(asked instanceof Uint8Array)) return isEqual(asked.discoveryKey, core.discoveryKey)
  return isEqual(asked, core.discoveryKey) || isEqual(asked, core.key)
}

function isEqual(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a !== null && b !== null && b4a.equals(a, b)
}
