import type { Peer } from '@manycore/hypercore-types'
import { BAD_PROOFS } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import type { Interceptor } from './interceptor.js'

/** What is known of a peer's proofs is kept on it: a table of all peers would keep the room of as many as there ever were. */
const WRONG = Symbol('wrong proofs')
const SENDER = Symbol('sender')

/** What a remote did wrong has one of these codes of Hypercore's; all else is our storage, and stays as it is. */
export function badProof(cause: Error & { code?: string }): Error {
  if (!cause.code?.startsWith('INVALID_')) return cause
  return new ReplicatorError('BAD_PROOF', cause.message, { cause })
}

/**
 * Counts a failure, and says whether the core may stay open on the stream after it. It may not if our storage failed,
 * nor after so many wrong proofs. An INVALID_OPERATION does not count: an honest peer's answer may be to what has changed
 * here since.
 */
export function isBearable({ cause }: Error, peer: Peer): boolean {
  const code = (cause as { code?: string } | undefined)?.code
  if (!code?.startsWith('INVALID_')) return false
  const noted = peer as { [WRONG]?: number }
  noted[WRONG] = (noted[WRONG] ?? 0) + (code === 'INVALID_OPERATION' ? 0 : 1)
  return noted[WRONG] < BAD_PROOFS
}

/**
 * Remembers who sent a message of data that may prove a conflict, which Hypercore does not say (`Peer._handleData()` of
 * lib/replicator.js, `Core.checkConflict()` of lib/core.js): the message itself becomes the proof.
 */
export function noteSenders(): Interceptor {
  return {
    name: 'senders of conflicts',
    wrap: ({ data }) => ({
      data(message, channel) {
        const mayConflict = message.request === 0 && message.upgrade?.start === 0
        if (mayConflict) Object.defineProperty(message, SENDER, { value: channel.userData })
        return data(message, channel)
      }
    })
  }
}

/** @param proof  the argument of a 'conflict' */
export function senderOf(proof: object): Peer | null {
  return (proof as { [SENDER]?: Peer })[SENDER] ?? null
}
