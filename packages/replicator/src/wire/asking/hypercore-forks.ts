import type { CorePeer } from '../hypercore-peer.js'

// What is used of Hypercore's Replicator (hypercore 11.39.5 lib/replicator.js), and of what our requests are to it and to a
// Peer, that is nobody's interface: declared and touched here only.

/**
 * One per core, for all its peers.
 * @upstream hypercore Replicator
 */
interface PrivateReplicator {
  readonly peers: readonly RequestingPeer[]
  /** The forks above ours that a peer has named, ascending; those with a batch are signed. */
  readonly _reorgs: ForkRequest[]
  /** Asks a peer for the proof of the fork that it stands at, unless it is known, or asked for. */
  _updateFork(peer: object): unknown
  /** Gives every peer what can be requested of it. */
  queueUpdateAll(): void
}

/** @upstream hypercore Peer */
interface RequestingPeer {
  readonly remoteFork: number
  /** Is it, or may it be, asked for anything? Not if it has lied. */
  readonly paused: boolean
  _requestForkProof(fork: ForkRequest): unknown
}

/** A request of ours (`Peer._makeRequest()`). */
interface OurRequest {
  readonly peer: object
  readonly fork: number
  /** CANCELLED as soon as it is answered or taken back */
  readonly priority: number
}

interface ForkRequest {
  readonly fork: number
  readonly inflight: OurRequest[]
  /** null = nothing of it is proved */
  readonly batch: object | null
}

/** `PRIORITY.CANCELLED` */
const CANCELLED = 255

/** The proof of a fork that a peer was asked for last, and the fork for which it had none: kept on it. */
const PROOF = Symbol('proof of a fork')
const FAILED = Symbol('fork without a proof')

type ForkingPeer = RequestingPeer & { [PROOF]?: OurRequest | null; [FAILED]?: number }

function replicatorOf({ core }: CorePeer): PrivateReplicator {
  return core.replicator as unknown as PrivateReplicator
}

/**
 * Has a peer asked for the proof of one fork at a time. Hypercore would ask for each fork that it names, without waiting
 * for an answer. Called before the peer does anything.
 */
export function askForOneFork(asked: CorePeer): void {
  const peer = asked as unknown as ForkingPeer
  const { _requestForkProof } = peer
  peer._requestForkProof = (fork) => {
    if (owesProof(asked)) return
    const before = fork.inflight.length
    _requestForkProof.call(peer, fork)
    if (fork.inflight.length > before) peer[PROOF] = fork.inflight[before]!
  }
}

/** Was the peer asked for the proof of a fork, and has not answered? */
function owesProof(peer: CorePeer): boolean {
  const request = (peer as unknown as ForkingPeer)[PROOF]
  return request !== undefined && request !== null && request.priority !== CANCELLED
}

/** Was the peer asked for the proof of a fork, answered or not, and `askForForks()` has not dealt with that yet? */
export function hasOwedProof(peer: CorePeer): boolean {
  return Boolean((peer as unknown as ForkingPeer)[PROOF])
}

/** Forgets a fork of which nothing is proved, and that no peer stands at any more. */
export function forgetFork(peer: CorePeer, fork: number): void {
  const { _reorgs, peers } = replicatorOf(peer)
  const place = _reorgs.findIndex((each) => each.fork === fork)
  if (place === -1 || _reorgs[place]!.batch !== null) return
  if (!peers.some(({ remoteFork }) => remoteFork === fork)) _reorgs.splice(place, 1)
}

/**
 * The peer may have answered about a fork. If it is not proved by that, another peer that stands at it is asked; Hypercore
 * would wait for the next sync of one, and for ever if the answer was a wrong proof. If the peer stands at another fork by
 * now, it is asked for that one's proof.
 */
export function askForForks(answering: CorePeer): void {
  const replicator = replicatorOf(answering)
  const peer = answering as unknown as ForkingPeer
  const answered = peer[PROOF]
  if (answered && !owesProof(answering)) {
    peer[PROOF] = null
    peer[FAILED] = answered.fork // unless it is proved: then nobody is asked
  }
  for (const { fork, batch, inflight } of replicator._reorgs) {
    removeAnswered(inflight)
    if (batch !== null || inflight.length > 0) continue
    for (const other of replicator.peers as readonly ForkingPeer[]) {
      if (other.remoteFork !== fork || other.paused || other[FAILED] === fork) continue
      replicator._updateFork(other)
      if (inflight.length > 0) break
    }
  }
  if (peer.paused) replicator.queueUpdateAll() // for a fork that is proved, and not whole
}

/** Hypercore leaves a request there if its answer was a wrong proof (`Replicator._onreorgdata()`). */
function removeAnswered(inflight: OurRequest[]): void {
  for (let i = inflight.length - 1; i >= 0; i--) {
    if (inflight[i]!.priority === CANCELLED) inflight.splice(i, 1)
  }
}
