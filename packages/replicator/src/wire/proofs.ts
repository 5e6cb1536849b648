import type { Peer } from '@manycore/hypercore-types'
import { BAD_PROOFS } from '../defaults.js'
import { ReplicatorError } from '../errors.js'

const lies = new WeakMap<Peer, number>()

/** What a remote did wrong has one of these codes of Hypercore's; all else is our storage, and stays as it is. */
export function badProof(cause: Error & { code?: string }): Error {
  if (!cause.code?.startsWith('INVALID_')) return cause
  return new ReplicatorError('BAD_PROOF', cause.message, { cause })
}

/**
 * May the core stay open on the stream after this? Not when it is our storage that failed, nor after so many wrong
 * proofs. An INVALID_OPERATION does not count: an honest peer's answer may be to what has changed here since.
 */
export function isBearable({ cause }: Error, peer: Peer): boolean {
  const code = (cause as { code?: string } | undefined)?.code
  if (!code?.startsWith('INVALID_')) return false
  const told = (lies.get(peer) ?? 0) + (code === 'INVALID_OPERATION' ? 0 : 1)
  lies.set(peer, told)
  return told < BAD_PROOFS
}
