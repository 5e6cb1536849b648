import type { InnerCore, Peer, Protomux } from '@manycore/hypercore-types'
import type { Direction } from '../direction.js'
import { type Interval, askedOf, countHere, countToCome } from './asked.js'
import { channelOf } from './muxes.js'

/** Where the two copies of a core stand, here and at the other end of one stream. */
export interface Standing {
  /** Neither side is known to have to say or send anything about the core. */
  readonly isLevel: boolean
  /** Whether the remote has opened the core. */
  readonly isOpen: boolean
  readonly length: number
  readonly fork: number
  /** Null until the remote has said so. */
  readonly remoteLength: number | null
  readonly remoteFork: number | null
  /** How many blocks are here. */
  readonly have: number
  /** How many blocks were asked for and are not here. */
  readonly want: number
  /** How many of those the remote has. */
  readonly missing: number
  /** How many requests of the remote are not answered. */
  readonly uploading: number
  /** Whether blocks have gone over the channel. */
  readonly isMoved: boolean
  /** Whether blocks were asked for, and the remote has not told yet which ones it has. */
  readonly isUntold: boolean
  /** How many messages the remote has sent of what it has. */
  readonly told: number
  /** Bytes of a block, on average; 0 = not known. */
  readonly blockBytes: number
}

/** @upstream hypercore Peer */
interface StandingPeer {
  /** Our requests that are not answered, what is being stored of the answers, and its syncs that are worked on. */
  readonly inflight: number
  readonly dataProcessing: number
  readonly syncsProcessing: number
  readonly remoteSynced: boolean
  /** Which length of ours it has acknowledged; 0 if it is at another fork. */
  readonly lengthAcked: number
  readonly remoteRequests: Map<number, unknown>
  readonly stats: {
    readonly wireData: { readonly rx: number; readonly tx: number }
    readonly wireSync: { readonly rx: number }
    readonly wireRange: { readonly rx: number }
    readonly wireBitfield: { readonly rx: number }
    readonly wireWant: { readonly tx: number }
  }
}

/** @upstream hypercore Replicator */
interface AttachedReplicator {
  /** Whether a longer core is asked for as soon as a peer has one. */
  readonly eagerUpgrade: boolean
  /** Whether a longer fork is. */
  readonly allowFork: boolean
  /** Somebody asks for a longer core. */
  readonly _upgrade: object | null
}

/** Where a core stands that is open here and offered on a mux. O(1) if it is whole here, or nothing was asked for. */
export function standingOf(core: InnerCore, mux: Protomux, way: Direction): Standing {
  const { length, fork, byteLength } = core.state!
  const blockBytes = length === 0 ? 0 : byteLength / length
  const have = countHere(core, length)
  const peer = core.replicator.peers.find(({ protomux }) => protomux === mux)
  if (peer === undefined) {
    const isAsked = channelOf(mux, core) !== null
    const { want } = asked(core, length)
    return { ...UNKNOWN, length, fork, have, blockBytes, want, isLevel: !isAsked }
  }
  const { remoteLength, remoteFork } = peer
  const { want, intervals } = asked(core, length)
  const missing = want === 0 || !way.download || remoteFork !== fork ? 0 : countToCome(core, peer, intervals)
  const { stats, remoteRequests, remoteSynced } = peer as Peer & StandingPeer
  const told = stats.wireRange.rx + stats.wireBitfield.rx
  // Field by field: to spread an object into this one takes longer than all the rest.
  return {
    length,
    fork,
    have,
    blockBytes,
    remoteLength: remoteSynced ? remoteLength : null,
    remoteFork: remoteSynced ? remoteFork : null,
    isOpen: true,
    want,
    missing,
    uploading: remoteRequests.size,
    isMoved: stats.wireData.rx + stats.wireData.tx > 0,
    isUntold: want > 0 && way.download && told === 0 && stats.wireWant.tx > 0 && remoteLength > 0,
    told: told + stats.wireSync.rx + stats.wireData.rx,
    isLevel: missing === 0 && isLevel(core, peer as Peer & StandingPeer, way)
  }
}

/** Where a core stands that is offered on two muxes of one stream: what is known of one that is open, of the longer one if both are. */
export function bothOf(one: Standing, other: Standing): Standing {
  const isOther = other.isOpen && (!one.isOpen || (other.remoteLength ?? 0) > (one.remoteLength ?? 0))
  return {
    ...(isOther ? other : one),
    isLevel: one.isLevel && other.isLevel,
    missing: Math.max(one.missing, other.missing),
    uploading: one.uploading + other.uploading,
    isMoved: one.isMoved || other.isMoved,
    isUntold: one.isUntold || other.isUntold,
    told: one.told + other.told
  }
}

const UNKNOWN = {
  isOpen: false,
  remoteLength: null,
  remoteFork: null,
  missing: 0,
  uploading: 0,
  isMoved: false,
  isUntold: false,
  told: 0
}

function asked(core: InnerCore, length: number): { want: number; intervals: readonly Interval[] } {
  const intervals = askedOf(core, length)
  let want = 0
  for (const { start, end } of intervals) want += end - start - countHere(core, end, start)
  return { want, intervals }
}

/** Whether nothing is under way, and both are equally long, as far as one may take from the other. */
function isLevel(core: InnerCore, peer: Peer & StandingPeer, way: Direction): boolean {
  const { inflight, dataProcessing, syncsProcessing, remoteSynced, remoteRequests } = peer
  if (!remoteSynced || inflight + dataProcessing + syncsProcessing + remoteRequests.size > 0) return false
  const { length, fork } = core.state!
  const { remoteLength, remoteFork } = peer
  if (remoteFork === fork && (remoteLength === length || isHidden(peer, length))) return true
  const { eagerUpgrade, allowFork, _upgrade } = core.replicator as unknown as AttachedReplicator
  const theirs = remoteFork === fork ? remoteLength > length : remoteFork > fork
  if (!theirs) return !way.upload
  return !way.download || (remoteFork === fork ? !eagerUpgrade && _upgrade === null : !allowFork)
}

/** Whether the peer has taken our length, and says nothing of its own copy: a policy of its that only downloads. */
function isHidden({ remoteLength, lengthAcked }: Peer & StandingPeer, length: number): boolean {
  return remoteLength === 0 && lengthAcked === length
}
