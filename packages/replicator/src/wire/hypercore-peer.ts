import type { Peer } from '@manycore/hypercore-types'
import type { Encoding } from './protomux.js'
import type { Messages, MessageType, NoData, Request } from './messages.js'

// What is used of Hypercore's Peer (hypercore 11.39.5 lib/replicator.js) that is nobody's interface: declared and touched
// here only. Its methods are replaced on the peer itself, so that they end with it.

/** Hypercore's peer of a core's channel, to be given to the functions of this file. */
export type CorePeer = Peer & PrivatePeer

/** @upstream hypercore Peer */
interface PrivatePeer {
  /** The remote's requests that are not answered, by id. */
  readonly remoteRequests: Map<number, unknown>
  /** Those of them that wait until the stream takes more. */
  receiverQueue: {
    push(request: Request): void
    shift(): Request | null
    delete(id: number): void
    clear(): void
    readonly length: number
  }
  /** Answers one request. `onrequest()` calls it at once, or lets the request wait in `receiverQueue`. */
  _handleRequest(request: Request): Promise<void>
  readonly wireNoData: { send(message: NoData): boolean }
  readonly stats: {
    /** Messages from the remote. */
    readonly wireRequest: { readonly rx: number }
    readonly wireData: { readonly rx: number }
    /** Requests of the remote that could not be answered. */
    readonly invalidRequests: number
    /** Data from the remote that was wrong. */
    readonly invalidData: number
  }

  /**
   * Our requests that are not answered.
   * @private
   */
  readonly inflight: number
  /** Answers that are being verified and stored. */
  readonly dataProcessing: number
  readonly syncsProcessing: number
  /**
   * We request nothing from it, because it has sent what is wrong, or nothing for too many requests.
   * @private
   */
  readonly paused: boolean
  /** Its channel has closed. */
  readonly removed: boolean
  /** It has sent a sync. */
  readonly remoteSynced: boolean
  /** Which length of ours it has acknowledged; 0 if it is at another fork. */
  readonly lengthAcked: number
  /** Those that our sessions registered, by name. */
  readonly extensions: ReadonlyMap<string, Extension>
  /** To which the last message of the remote went. */
  readonly lastExtensionRecv: string
  /** Neither paused, nor removed, nor of a core that is frozen. */
  isActive(): boolean
  /** How many requests of ours may be unanswered at a time: in general, and of blocks that another peer was asked for. */
  getMaxInflight(): number
  getMaxHotswapInflight(): number
  readonly replicator: {
    updatePeer(peer: object): void
    readonly peers: readonly unknown[]
    /** Blocks that are to be requested of whoever has them. */
    readonly _queued: readonly unknown[]
    /** Downloads that are not done. */
    readonly _ranges: readonly unknown[]
    /** Whether blocks are taken that we did not request. */
    readonly allowPush: boolean
  }

  /** Everything that changes `inflight`, `dataProcessing`, `syncsProcessing` and `removed`. */
  _send(request: object): unknown
  _cancelRequest(request: object): unknown
  onsync(message: object): unknown
  ondata(message: object): unknown
  onnodata(message: object): unknown
  onclose(isRemote: boolean): unknown
}

interface Extension {
  readonly encoding: Encoding
}

const CHANGES = ['_send', '_cancelRequest', 'onsync', 'ondata', 'onnodata', 'onclose'] as const

/** How many requests of the remote are not answered. */
export function unansweredRequests({ remoteRequests }: CorePeer): number {
  return remoteRequests.size
}

/** How many requests of the remote could not be answered. */
export function invalidRequests({ stats }: CorePeer): number {
  return stats.invalidRequests
}

/** How many messages about blocks the remote has sent: requests and data. */
export function blockMessages(peer: Peer): number {
  const { wireRequest, wireData } = (peer as CorePeer).stats
  return wireRequest.rx + wireData.rx
}

/** Bytes of a block of the peer's core, on average. */
export function averageBlock({ core }: CorePeer): number {
  const { byteLength, length } = core.state! // it is open: it has a peer
  return length === 0 ? 0 : byteLength / length
}

/**
 * Puts something around the answer to each request of the remote. There may be several; the last one is the outermost.
 * @param around  gets a request, and what answers one
 */
export function aroundAnswers(
  peer: CorePeer,
  around: (request: Request, answer: (request: Request) => Promise<void>) => Promise<void>
): void {
  const upstream = peer._handleRequest
  const answer = (request: Request): Promise<void> => upstream.call(peer, request)
  peer._handleRequest = (request) => around(request, answer)
}

/** Has the requests of the remote wait in another queue than Hypercore's. Called before there is any. */
export function queueRequests(peer: CorePeer, queue: CorePeer['receiverQueue']): void {
  peer.receiverQueue = queue
}

/** Lets a request wait until the stream takes more, as `onrequest()` does when it takes none. */
export function postpone(peer: CorePeer, request: Request): void {
  peer.receiverQueue.push(request)
}

/**
 * Answers a request with noData.
 * @returns false if the request is no longer there: the remote has cancelled it
 */
export function refuseRequest(peer: CorePeer, request: Request, reason: number): boolean {
  if (peer.remoteRequests.get(request.id) !== request) return false
  peer.remoteRequests.delete(request.id)
  return peer.wireNoData.send({ request: request.id, reason })
}

/** Is a sync the first of its channel, or does it acknowledge more of our length than was acknowledged before? */
export function acknowledges(
  { remoteSynced, core }: CorePeer,
  remoteLength: number,
  before: number
): boolean {
  return !remoteSynced || (remoteLength > before && remoteLength <= core.state!.length)
}

/** Does the peer owe us data, or may it turn out in a moment that it has some? */
export function isAwaiting({ inflight, dataProcessing, syncsProcessing }: CorePeer): boolean {
  return inflight > 0 || dataProcessing > 0 || syncsProcessing > 0
}

/** Has it not answered all of our requests? */
export function isAsked({ inflight }: CorePeer): boolean {
  return inflight > 0
}

/** Is a sync of the remote being worked on? */
export function isSyncing({ syncsProcessing }: CorePeer): boolean {
  return syncsProcessing > 0
}

/** Do we request nothing from it, for what it has sent? */
export function isPaused({ paused }: CorePeer): boolean {
  return paused
}

/** How the remote's last extension message is to be decoded; undefined = nobody here registered its name. */
export function lastExtension({ extensions, lastExtensionRecv }: CorePeer): Encoding | undefined {
  return extensions.get(lastExtensionRecv)?.encoding
}

/** A peer that has lied, or whose core is frozen, gets no block any more. */
export function mayAnswer(peer: CorePeer, { block, fork }: Request): boolean {
  return (block === null && fork === peer.core.state!.fork) || peer.isActive()
}

/** Bytes of the blocks that we have asked a peer for and do not have, by the average of their core. */
export function awaitedBytes(peer: CorePeer): number {
  return peer.inflight === 0 ? 0 : peer.inflight * averageBlock(peer)
}

/** Has the remote asked something with this id, and not been answered? */
export function hasAsked({ remoteRequests }: CorePeer, id: number): boolean {
  return remoteRequests.has(id)
}

/** How many times the remote sent data that was wrong. */
export function invalidData({ stats }: CorePeer): number {
  return stats.invalidData
}

/** How much there is to be looked at when Hypercore looks what it can request of the peers of a core. */
export function lookedAt({ replicator }: CorePeer): { peers: number; blocks: number; ranges: number } {
  const { peers, _queued, _ranges } = replicator
  return { peers: peers.length, blocks: _queued.length, ranges: _ranges.length }
}

/** Does the core take blocks that it did not request? */
export function takesPushes({ replicator }: CorePeer): boolean {
  return replicator.allowPush
}

/**
 * What is used of Hypercore's Core (lib/core.js) that is nobody's interface.
 * @upstream hypercore Core
 */
interface BlockHolder {
  /** Which blocks are here; null until it is open. */
  readonly bitfield: { get(index: number): boolean } | null
}

/** Is a block of the peer's core here? */
export function isHere({ core }: CorePeer, index: number): boolean {
  return (core as unknown as BlockHolder).bitfield?.get(index) === true
}

/** Has its channel closed? */
export function isRemoved({ removed }: CorePeer): boolean {
  return removed
}

/**
 * Holds back our requests to a peer.
 * @param isHeld    true = the peer requests nothing now; what it has requested goes on
 * @param onchange  called when what we await of it may have changed, or its channel has closed
 */
export function holdRequests(peer: CorePeer, isHeld: () => boolean, onchange: () => void): void {
  const { getMaxInflight, getMaxHotswapInflight } = peer
  peer.getMaxInflight = () => (isHeld() ? 0 : getMaxInflight.call(peer))
  peer.getMaxHotswapInflight = () => (isHeld() ? 0 : getMaxHotswapInflight.call(peer))
  for (const name of CHANGES) {
    const upstream = peer[name] as (arg: unknown) => unknown
    peer[name] = (arg: unknown) => {
      const working = upstream.call(peer, arg)
      onchange()
      return working instanceof Promise ? working.finally(onchange) : working
    }
  }
}

/** Calls a function before each request to a peer. */
export function beforeRequests(peer: CorePeer, before: (request: object) => void): void {
  const { _send } = peer
  peer._send = (request) => {
    before(request)
    return _send.call(peer, request)
  }
}

/** Lets a peer request what it can, after it was held. */
export function requestMore(peer: CorePeer): void {
  peer.replicator.updatePeer(peer)
}

/** A channel of a core, as Protomux hands it to handlers. */
export interface CoreChannel {
  readonly closed: boolean
  /** 32 bytes, the discovery key */
  readonly id: Uint8Array
  readonly userData: CorePeer
  /** what is sent, by place in MESSAGES */
  readonly messages: { send(message: unknown): boolean }[]
  /** those of the mux */
  cork(): void
  uncork(): void
}

export type Handler<M> = (message: M, channel: CoreChannel) => unknown

/**
 * What Hypercore does with each message, when a channel opens (`open`) or closes (`close`, with whether the remote closed
 * it), and when its stream takes more (`drain`).
 */
export type Handlers = { [T in MessageType]: Handler<Messages[T]> } & {
  open: Handler<unknown>
  close: Handler<boolean>
  drain: (channel: CoreChannel) => unknown
}

/** @returns the handlers of all messages, with the same around each */
export function aroundMessages(
  { open: _, close: __, drain: ___, ...messages }: Handlers,
  around: <M>(handler: Handler<M>, type: MessageType) => Handler<M>
): Omit<Handlers, 'open' | 'close' | 'drain'> {
  const wrapped = Object.entries(messages).map(([type, handler]) => [
    type,
    around(handler as Handler<unknown>, type as MessageType)
  ])
  return Object.fromEntries(wrapped) as Omit<Handlers, 'open' | 'close' | 'drain'>
}
