import type { Peer } from '@manycore/hypercore-types'
import { BAD_PROOF_MS, BAD_PROOFS } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { type CorePeer, isPaused } from '../hypercore-peer.js'
import type { Interceptor } from './interceptor.js'

/** What is known of a peer's proofs is kept on it: a table of all peers would stay as large as it has ever been. */
const WRONG: unique symbol = Symbol('wrong proofs')
const SENDER = Symbol('sender')

/** What a remote did wrong has one of these codes of Hypercore's; all else is our storage, and stays as it is. */
export function badProof(cause: Error & { code?: string }): Error {
  if (!cause.code?.startsWith('INVALID_')) return cause
  return new ReplicatorError('BAD_PROOF', cause.message, { cause })
}

/** What is to be done about a failure. */
export interface Judgement {
  /** The core may stay open on the stream. */
  readonly isBearable: boolean
  /** It is worth an event of its own. */
  readonly isTold: boolean
  /** How many wrong proofs before it had none. */
  readonly untold: number
}

/** The wrong proofs of one peer. */
interface Wrong {
  /** that nothing can excuse */
  lies: number
  /** that an honest peer may send now and then; some of them are forgiven */
  doubts: number
  /** when doubts were last forgiven, in ms */
  since: number
  /** when there was an event, in ms */
  told: number
  untold: number
  isOver: boolean
}

type JudgedPeer = Peer & { [WRONG]?: Wrong }

/**
 * Counts a failure. A core closes on a stream if our storage failed, and after `BAD_PROOFS` wrong proofs.
 *
 * INVALID_OPERATION says that a proof does not fit what is here now. The core may have changed since we asked for it, and
 * it does not count if Hypercore asks that peer for nothing more, so that it ends by itself. Otherwise it counts, and is
 * forgiven after a second, or for a block that is right: where peers push what they append, some of it comes too late.
 * @param isAnswer  We had asked for it.
 * @param now       in ms
 */
export function judge({ cause }: Error, peer: JudgedPeer, isAnswer: boolean, now: number): Judgement {
  const code = (cause as { code?: string } | undefined)?.code
  if (!code?.startsWith('INVALID_')) return { isBearable: false, isTold: true, untold: 0 }

  const wrong = (peer[WRONG] ??= {
    lies: 0,
    doubts: 0,
    since: now,
    told: -Infinity,
    untold: 0,
    isOver: false
  })
  if (code !== 'INVALID_OPERATION') wrong.lies++
  else if (!isAnswer || !isPaused(peer as CorePeer)) {
    wrong.doubts = 1 + Math.max(0, wrong.doubts - (now - wrong.since) / BAD_PROOF_MS)
    wrong.since = now
  }
  const isBearable = wrong.lies + wrong.doubts < BAD_PROOFS
  const isTold = (!isBearable && !wrong.isOver) || now - wrong.told >= BAD_PROOF_MS
  const { untold } = wrong
  wrong.isOver = !isBearable
  wrong.untold = isTold ? 0 : untold + 1
  if (isTold) wrong.told = now
  return { isBearable, isTold, untold }
}

/** The peer has sent a block that is right. */
export function forgive(peer: JudgedPeer): void {
  const wrong = peer[WRONG]
  if (wrong !== undefined && wrong.doubts > 0) wrong.doubts = Math.max(0, wrong.doubts - 1)
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
