import type { InnerCore } from '@manycore/hypercore-types'
import type { CorePeer } from '../hypercore-peer.js'

// What is used of our requests to peers (hypercore 11.39.5 lib/replicator.js) that is nobody's interface: declared and
// touched here only. Which of them are late is for overdue.ts to say.

/** @upstream hypercore Replicator */
interface PrivateReplicator {
  readonly peers: readonly AnsweringPeer[]
  /** Our requests that are not answered, of all peers. */
  readonly _inflight: { get(id: number): OurRequest | null }
  /** The blocks that are wanted. */
  readonly _blocks: { get(index: number): WantedBlock | null }
  /** Forks that are not ours yet. */
  readonly _reorgs: readonly { readonly inflight: readonly OurRequest[] }[]
  readonly _applyingReorg: object | null
  /** What `update()` waits for, and what a longer length is asked for with. */
  _upgrade: Upgrade | null
  /** The one peer that was asked for the manifest. */
  _manifestPeer: object | null
  /** Lets what the request was for be requested again. */
  _clearRequest(peer: object, req: OurRequest): void
  _updateFork(peer: object): unknown
  updatePeer(peer: object): void
}

/** @upstream hypercore Peer */
interface AnsweringPeer {
  readonly core: InnerCore
  readonly inflight: number
  /** It has lied, or its channel has closed. */
  readonly paused: boolean
  readonly removed: boolean
  readonly remoteFork: number
  readonly remoteLength: number
  readonly remoteUploading: boolean
  readonly remoteCanUpgrade: boolean
  readonly remoteHasManifest: boolean
  /** Has it said anything of itself yet? */
  readonly remoteSynced: boolean
  readonly syncsProcessing: number
  /** Our length, as the remote has heard it; it is asked for no longer one as long as that is another. */
  readonly lengthAcked: number
  readonly stats: { readonly wireData: { readonly rx: number } }
  getMaxInflight(): number
  getMaxHotswapInflight(): number
  _remoteHasBlock(index: number): boolean
  _requestBlock(b: WantedBlock): boolean
  _requestSeek(s: { readonly seeker: { readonly start: number } }): boolean
  _cancelRequest(req: object): unknown
  /** What every request begins as; null = nothing is to be requested. `minLength` is the index of a block, and one. */
  _makeRequest(needsUpgrade: boolean, priority: number, minLength: number): OurRequest | null
}

/** A request of ours (`Peer._makeRequest()`), with the numbers that are kept on it here. */
export interface OurRequest {
  /** 0 until it is sent; used anew once it is answered */
  readonly id: number
  readonly peer: object
  readonly fork: number
  readonly block: { readonly index: number } | null
  readonly hash: { readonly index: number } | null
  upgrade: object | null
  readonly manifest: boolean
  /** ms that it took; 0 until it is answered with what could be verified */
  readonly elapsed: number
}

interface WantedBlock {
  readonly inflight: readonly OurRequest[]
}

interface Upgrade {
  readonly fork: number
  readonly length: number
  readonly inflight: readonly OurRequest[]
  /** who waits for it */
  readonly refs: readonly object[]
  resolve(hasUpgraded: boolean): void
}

/** A peer that did not answer: it is asked for nothing that others have. */
const SILENT = Symbol('silent')
/** One that was silent, and has not answered a request since. */
const SUSPECT = Symbol('suspect')

type MaybeSilent = AnsweringPeer & { [SILENT]?: true; [SUSPECT]?: boolean }

function replicatorOf({ core }: { core: InnerCore }): PrivateReplicator {
  return core.replicator as unknown as PrivateReplicator
}

/** The peers of the core, this one among them. */
export function peersOf(peer: CorePeer): readonly CorePeer[] {
  return replicatorOf(peer).peers as unknown as readonly CorePeer[]
}

/** A request of ours that a peer has not answered; null = there is none with this id. */
export function requestTo(peer: CorePeer, id: number): OurRequest | null {
  const request = id > 0 ? replicatorOf(peer)._inflight.get(id) : null
  return request?.peer === peer ? request : null
}

/** How many messages of data a peer has sent. */
export function answersOf(peer: CorePeer): number {
  return (peer as unknown as AnsweringPeer).stats.wireData.rx
}

/** Those of some requests to this peer that another one could answer. */
export function answerableElsewhere<R extends OurRequest>(peer: CorePeer, requests: readonly R[]): R[] {
  const others = othersOf(peer)
  return requests.filter((request) => others.some((other) => couldAnswer(other, request)))
}

/**
 * Asks other peers for what this one does not answer. A block is asked for from one more, and the first to answer is taken,
 * as Hypercore does when another peer has something to say (`Replicator._updateHotswap()`): it may be large, and on its
 * way. All else is asked for from one peer at a time, so it is taken back; what still comes of it is ignored.
 * @param requests  those that others could answer
 * @param isLate    says of a request to any peer whether it is late as well
 */
export function askElsewhere(
  peer: CorePeer,
  requests: readonly OurRequest[],
  isLate: (request: OurRequest) => boolean
): void {
  const replicator = replicatorOf(peer)
  const others = othersOf(peer).toSorted((a, b) => b.stats.wireData.rx - a.stats.wireData.rx)
  const free = others.filter(isFree)
  const upgradesElsewhere = others.some(canUpgrade)
  const fresh = new Set<AnsweringPeer>()
  for (const request of requests) {
    if (request.block !== null && (request.upgrade === null || !upgradesElsewhere)) {
      askOneMore(replicator._blocks.get(request.block.index), free, request, isLate)
      continue
    }
    takeBack(request)
    for (const other of others) if (couldAnswer(other, request)) fresh.add(other)
  }
  if (replicator._manifestPeer === peer) replicator._manifestPeer = null
  for (const other of fresh) {
    replicator._updateFork(other)
    replicator.updatePeer(other)
  }
}

function askOneMore(
  block: WantedBlock | null,
  others: readonly AnsweringPeer[],
  request: OurRequest,
  isLate: (request: OurRequest) => boolean
): void {
  if (block === null || others.length === 0 || !block.inflight.every(isLate)) return
  for (const other of others) {
    if (!isFree(other) || block.inflight.some(({ peer }) => peer === other)) continue
    if (couldAnswer(other, request) && other._requestBlock(block)) return
  }
}

/** May it be asked for a block that another one was asked for? */
function isFree(peer: AnsweringPeer): boolean {
  return peer.inflight < peer.getMaxHotswapInflight()
}

/** Has a peer requested for nothing that another one could give. */
export function silence(silent: CorePeer): void {
  const peer = silent as unknown as MaybeSilent
  if (peer[SILENT]) return
  peer[SILENT] = true
  const { _makeRequest, _requestSeek } = peer
  peer._makeRequest = (needsUpgrade, priority, minLength) => {
    const request = _makeRequest.call(peer, needsUpgrade, priority, minLength)
    if (request === null) return null
    const upgradesElsewhere = someOther(silent, canUpgrade)
    const isElsewhere =
      needsUpgrade && minLength === 0
        ? upgradesElsewhere
        : someOther(silent, (other) => couldGive(other, request.fork, minLength))
    if (isElsewhere) {
      const replicator = replicatorOf(peer)
      if (replicator._manifestPeer === peer) replicator._manifestPeer = null
      return null
    }
    if (!needsUpgrade && upgradesElsewhere) request.upgrade = null
    return request
  }
  // It would go over all blocks in which the place may be.
  peer._requestSeek = (seek) =>
    !someOther(silent, (other) => couldGive(other, peer.core.state!.fork, seek.seeker.start + 1)) &&
    _requestSeek.call(peer, seek)
}

/** A peer that was silent is asked for a longer length only until another peer announces one. */
export function suspect(peer: CorePeer, isSuspect: boolean): void {
  ;(peer as unknown as MaybeSilent)[SUSPECT] = isSuspect
}

/** Called when a peer may have announced a longer length: it is asked, if one that was silent is asked for that now. */
export function takeOver(announcing: CorePeer): void {
  const request = replicatorOf(announcing)._upgrade?.inflight[0]
  if (!(request?.peer as MaybeSilent | undefined)?.[SUSPECT] || request!.peer === announcing) return
  if (!canUpgrade(announcing as unknown as AnsweringPeer)) return
  takeBack(request!)
  replicatorOf(announcing).updatePeer(announcing)
}

function takeBack(request: OurRequest): void {
  const peer = request.peer as AnsweringPeer
  peer._cancelRequest(request)
  replicatorOf(peer)._clearRequest(peer, request)
}

/** Ends the silence of a peer. */
export function unsilence(peer: CorePeer): void {
  const { [SILENT]: isSilent } = peer as unknown as MaybeSilent
  if (!isSilent) return
  for (const name of [SILENT, '_makeRequest', '_requestSeek'] as const) {
    delete (peer as unknown as Partial<MaybeSilent>)[name]
  }
}

/** Does `update()` wait for what this peer has said, or has yet to say, of itself? */
export function isAwaited(awaited: CorePeer): boolean {
  const peer = awaited as unknown as AnsweringPeer
  const { fork, length } = peer.core.state!
  if (!peer.remoteSynced) return true
  return peer.remoteFork === fork && peer.remoteLength > length && peer.lengthAcked !== length
}

/**
 * Lets `update()` say that there is nothing new if nobody is left who may have it but peers that do not answer.
 * `Replicator._checkUpgradeIfAvailable()` waits for them as well.
 * @param isLate  a peer does not answer
 * @returns whether anybody waited
 */
export function endUpdates(peer: CorePeer, isLate: (peer: CorePeer) => boolean): boolean {
  const replicator = replicatorOf(peer)
  const { _upgrade: upgrade, _applyingReorg, _reorgs, peers } = replicator
  if (upgrade === null || upgrade.refs.length === 0 || _applyingReorg !== null) return false
  const requests = [upgrade, ..._reorgs].flatMap(({ inflight }) => inflight)
  if (requests.some((request) => !isLate(request.peer as CorePeer))) return false
  const others = peers.filter((other) => !isLate(other as unknown as CorePeer))
  if (others.length === 0 || others.some((other) => mayUpgrade(other, upgrade))) return false
  replicator._upgrade = null
  upgrade.resolve(false)
  return true
}

function mayUpgrade(peer: AnsweringPeer, { fork, length }: Upgrade): boolean {
  if (!peer.remoteSynced || peer.syncsProcessing > 0) return true
  if (peer.core.state!.length === 0) return peer.remoteLength > 0
  return peer.remoteFork === fork && peer.remoteLength > length
}

/** Those that are asked for what they have. */
function othersOf(peer: CorePeer): MaybeSilent[] {
  return (replicatorOf(peer).peers as readonly MaybeSilent[]).filter((other) => isOther(other, peer))
}

function someOther(peer: CorePeer, isIt: (other: AnsweringPeer) => boolean): boolean {
  return replicatorOf(peer).peers.some((other) => isOther(other, peer) && isIt(other))
}

function isOther(other: MaybeSilent, peer: object): boolean {
  return (
    other !== peer &&
    !other.paused &&
    !other.removed &&
    other.remoteUploading &&
    !other[SILENT] &&
    other.getMaxInflight() > 0
  )
}

function couldAnswer(peer: AnsweringPeer, { fork, block, hash, upgrade }: OurRequest): boolean {
  if (fork !== peer.core.state!.fork) return couldGive(peer, fork, 0)
  if (upgrade !== null && canUpgrade(peer)) return true
  if (block !== null) return couldGive(peer, fork, block.index + 1)
  if (hash !== null) return couldGive(peer, fork, Math.floor(hash.index / 2) + 1)
  return upgrade === null && couldGive(peer, fork, 0)
}

/** @param minLength  the index of a block, and one; 0 = the proof of a fork, or the manifest */
function couldGive(peer: AnsweringPeer, fork: number, minLength: number): boolean {
  const { state } = peer.core
  if (peer.remoteFork !== fork) return false
  if (minLength === 0) return fork !== state!.fork ? peer.remoteLength > 0 : peer.remoteHasManifest
  return peer._remoteHasBlock(minLength - 1) && (minLength <= state!.length || canUpgrade(peer))
}

function canUpgrade(peer: AnsweringPeer): boolean {
  const { fork, length } = peer.core.state!
  return (
    peer.remoteFork === fork &&
    peer.remoteCanUpgrade &&
    peer.remoteLength > length &&
    peer.lengthAcked === length
  )
}
