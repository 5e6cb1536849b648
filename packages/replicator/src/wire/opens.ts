import type { Protomux } from '@manycore/hypercore-types'
import { systemClock } from '@manycore/ground'
import { GATHER_MS } from '../defaults.js'

/** Fields of protomux 3.12.1 that are nobody's interface. */
interface OpenMux extends Protomux {
  /** index.js:673: the remote opens a channel; null, or a promise that resolves once that is answered */
  _onopensession(state: object): Promise<void> | null
  /** index.js: while it is not 0, what is sent is gathered */
  readonly corked: number
  /** index.js:598: several messages in one */
  _onbatch(state: object): void
  /** index.js:348: one place for each channel number that the remote has used */
  readonly _remote: readonly (RemoteChannel | null)[]
  /** index.js:744: the remote closes a channel; `state` is at the channel's number */
  _onclosesession(state: DecodeState): void
  /** index.js:522: what is known of a protocol and id; made when it is not */
  _get(protocol: string, id: Uint8Array | null): { readonly incoming: number[] }
  /** index.js:777: tells the remote that its open is refused, and forgets its number */
  _rejectSession(info: object, remoteId: number): void
  createChannel(opts: { protocol: string; id?: Uint8Array | null }): unknown
}

interface RemoteChannel {
  /** null = we have not answered the open */
  readonly session: unknown
}

interface DecodeState {
  readonly buffer: Uint8Array
  readonly start: number
  readonly end: number
}

export interface OpenCounts {
  /** opens that are not answered yet */
  unanswered: number
  /** opens since the remote last read all we wrote */
  unread: number
  /** the highest channel number that the remote has used */
  ids: number
}

/**
 * Sees every open of the remote, of any protocol, before Protomux makes something of it: it takes any
 * number ("TODO: impl open backpressure", index.js:8), millions in one frame.
 * @param check  throws to end the stream
 * @returns ends it
 */
export function watchOpens(mux: Protomux, check: (counts: OpenCounts) => void): () => void {
  const open = mux as OpenMux
  const { _onopensession: upstream } = open
  let unanswered = 0
  let unread = 0

  const watching = (state: object): Promise<void> | null => {
    unread = mux.drained ? 0 : unread + 1
    check({ unanswered, unread, ids: open._remote.length })
    const answering = upstream.call(mux, state)
    if (answering === null) return null
    unanswered++
    // It never rejects (index.js:724).
    void answering.then(() => unanswered--)
    return answering
  }

  open._onopensession = watching
  return () => {
    if (open._onopensession === watching) open._onopensession = upstream
  }
}

/**
 * Lets one open of a packet take longer than the others. Protomux holds back all that is sent until every open of a
 * packet is answered, so that the answers go out in one (index.js, _onbatch): here it does so for `GATHER_MS`, once for
 * all packets that come meanwhile.
 * @returns ends it
 */
export function gatherAnswers(mux: Protomux): () => void {
  const open = mux as OpenMux
  const { _onopensession: upstream } = open
  let gathered: Promise<void> | null = null
  let end = (): void => {}

  const gather = (): Promise<void> =>
    new Promise((resolve) => {
      end = () => {
        systemClock.clearTimeout(timer)
        gathered = null
        resolve()
      }
      const timer = systemClock.setTimeout(() => end(), GATHER_MS)
    })
  const gathering = (state: object): Promise<void> | null => {
    const answering = upstream.call(mux, state)
    if (answering === null || open.corked === 0) return answering
    gathered ??= gather()
    return Promise.race([answering, gathered])
  }

  open._onopensession = gathering
  return () => {
    if (open._onopensession === gathering) open._onopensession = upstream
    end()
  }
}

/**
 * A batch within a batch, which Protomux never sends and takes to any depth: 16 MB of them overflow the stack, and
 * that error ends the process (safety-catch).
 * @param onnested  throws to end the stream
 * @returns ends it
 */
export function watchBatches(mux: Protomux, onnested: () => never): () => void {
  const open = mux as OpenMux
  const { _onbatch: upstream } = open
  let inside = false

  const watching = (state: object): void => {
    if (inside) onnested()
    inside = true
    try {
      upstream.call(mux, state)
    } finally {
      inside = false
    }
  }

  open._onbatch = watching
  return () => {
    if (open._onbatch === watching) open._onbatch = upstream
  }
}

/**
 * Refuses opens that the remote took back, by a close, before we answered. Protomux forgets such a close
 * (index.js:752) and would open the channel: its number is in use for us then and free for the remote, whose next
 * open with it ends the stream ('Invalid open message').
 * @returns ends it; what was hung on the mux is to be taken off in reverse order
 */
export function refuseClosedOpens(mux: Protomux): () => void {
  const open = mux as OpenMux
  const { _onclosesession: onclose, createChannel } = open
  const closed = new WeakSet<RemoteChannel>()

  const noting = (state: DecodeState): void => {
    const remote = open._remote[decodeUint(state) - 1]
    if (remote?.session === null) closed.add(remote)
    onclose.call(mux, state)
  }
  const refusing = (opts: { protocol: string; id?: Uint8Array | null }): unknown => {
    const info = open._get(opts.protocol, opts.id ?? null)
    for (let first = info.incoming[0]; first !== undefined; first = info.incoming[0]) {
      const remote = open._remote[first - 1]
      if (!remote || !closed.has(remote)) break
      info.incoming.shift()
      open._rejectSession(info, first)
    }
    return createChannel.call(mux, opts)
  }

  open._onclosesession = noting
  open.createChannel = refusing
  return () => {
    if (open._onclosesession === noting) open._onclosesession = onclose
    if (open.createChannel === refusing) open.createChannel = createChannel
  }
}

/** As compact-encoding's uint; numbers of channels need no more than four bytes. 0 = something else. */
function decodeUint({ buffer, start, end }: DecodeState): number {
  const first = start < end ? buffer[start]! : 0xff
  const bytes = first < 0xfd ? 0 : first === 0xfd ? 2 : first === 0xfe ? 4 : Infinity
  if (bytes === 0) return first
  if (start + 1 + bytes > end) return 0
  const view = new DataView(buffer.buffer, buffer.byteOffset + start + 1, bytes)
  return bytes === 2 ? view.getUint16(0, true) : view.getUint32(0, true)
}

/** Requests of the remote that hypercore's Peer has not answered; hypercore 11.37.1 lib/replicator.js:572. */
export function unansweredRequests(peer: object): number {
  return (peer as { remoteRequests?: Map<number, unknown> }).remoteRequests?.size ?? 0
}

/** What is used of hypercore's Peer; 11.37.1 lib/replicator.js. */
interface ServingPeer {
  readonly remoteRequests: Map<number, unknown>
  readonly stats: { readonly invalidRequests: number }
  readonly wireNoData: { send(message: { request: number; reason: number }): boolean }
  /** :1042 answers one request */
  _handleRequest(request: { readonly id: number }): Promise<void>
}

/** :56, more end the stream */
const MAX_INVALID_REQUESTS = 64
/** :54 */
const NOT_AVAILABLE = 1

/**
 * Hypercore answers what it cannot prove with noData, unless it finds out only as it reads the tree nodes (:1096):
 * then it would end the stream. A core whose blocks came from several peers may lack some for a third one's request.
 */
export function answerUnprovable(peer: object): void {
  const serving = peer as ServingPeer
  const { _handleRequest: upstream } = serving
  serving._handleRequest = async (request) => {
    try {
      await upstream.call(serving, request)
    } catch (err) {
      const isOurs = (err as { code?: unknown }).code === 'INVALID_OPERATION'
      if (!isOurs || serving.stats.invalidRequests >= MAX_INVALID_REQUESTS) throw err
      if (serving.remoteRequests.get(request.id) !== request) return // cancelled
      serving.remoteRequests.delete(request.id)
      serving.wireNoData.send({ request: request.id, reason: NOT_AVAILABLE })
    }
  }
}

/** What is used of hypercore's Peer to hold its requests back; 11.37.1 lib/replicator.js. */
export interface RequestingPeer {
  readonly replicator: { updatePeer(peer: RequestingPeer): void }
  /** requests that are not answered, :542 */
  readonly inflight: number
  /** answers that are being verified and stored, :543 */
  readonly dataProcessing: number
  /** :546 */
  readonly syncsProcessing: number
  /** its channel has closed, :502 */
  readonly removed: boolean
  /** :594 */
  getMaxInflight(): number
  /** :608 */
  getMaxHotswapInflight(): number
}

const STATES = ['inflight', 'dataProcessing', 'syncsProcessing', 'removed'] as const

/** Does the peer owe us data, or may it turn out in a moment that it has some? */
export function isAwaiting({ inflight, dataProcessing, syncsProcessing }: RequestingPeer): boolean {
  return inflight > 0 || dataProcessing > 0 || syncsProcessing > 0
}

/**
 * @param isHeld    true = the peer requests nothing now; what it has requested goes on
 * @param onchange  called when what it awaits has changed, or its channel has closed
 */
export function holdRequests(peer: RequestingPeer, isHeld: () => boolean, onchange: () => void): void {
  const { getMaxInflight, getMaxHotswapInflight } = peer
  Object.assign(peer, {
    getMaxInflight: () => (isHeld() ? 0 : getMaxInflight.call(peer)),
    getMaxHotswapInflight: () => (isHeld() ? 0 : getMaxHotswapInflight.call(peer))
  })
  for (const state of STATES) {
    let value = peer[state]
    Object.defineProperty(peer, state, {
      get: () => value,
      set(to: typeof value) {
        value = to
        onchange()
      }
    })
  }
}

/** Lets a peer request what it can, after it was held. */
export function requestMore(peer: RequestingPeer): void {
  peer.replicator.updatePeer(peer)
}
