import b4a from 'b4a'
import type { Peer, Protomux } from '@manycore/hypercore-types'
import { noteData } from './conflict-proofs.js'
import { countPages } from './count-pages.js'
import { countWork } from './count-work.js'
import { CHANNEL_IDS, FLOOD_FACTOR, MAX_BLOCKS, RANGE_BLOCKS } from '../defaults.js'
import { ReplicatorError } from '../errors.js'
import type { Limits } from '../limits.js'
import { madeOnce } from './made-once.js'
import { serveInTurn, drainInTurn } from './serve-in-turn.js'
import { unansweredRequests, watchBatches, watchOpens } from './opens.js'

type StreamLimits = Pick<Limits, 'pendingOpens' | 'unreadAnswers' | 'requestsPerChannel' | 'pagesPerStream'>

interface Encoding {
  decode(state: object): unknown
}

interface CoreChannel {
  readonly closed: boolean
  readonly id: Uint8Array
  /** hypercore's Peer */
  readonly userData: Peer
  ondrain(channel: CoreChannel): unknown
}

type OnDrain = (channel: CoreChannel) => unknown
type Handler = (message: unknown, channel: CoreChannel) => unknown

/** What hypercore gives to createChannel. Source: 11.37.1 lib/replicator.js:3235. */
interface CoreChannelOptions {
  protocol: string
  handshake: Encoding
  messages: { encoding: Encoding; onmessage: Handler }[]
  ondrain: OnDrain
}

interface OpenMux extends Protomux {
  createChannel(opts: CoreChannelOptions): unknown
}

/** What is put around the handler of a message, by place in hypercore's list; 11.37.1 lib/replicator.js:3242. */
const AROUND = new Map<number, (handler: Handler) => Handler>([
  [1, (handler) => serveInTurn(after(checkRequest, handler))],
  [3, (handler) => after((message, { userData }) => noteData(message, userData), handler)],
  [7, (handler) => after(checkBitfield, handler)],
  [8, (handler) => after(checkRange, handler)]
])

const guarded = new WeakMap<Protomux, StreamLimits>()

/** Upstream's encodings and handlers are the same for all channels: so are ours. */
const encodings = new WeakMap<Encoding, Encoding>()
const handlers = new WeakMap<Handler, Handler>()
const drains = new WeakMap<OnDrain, OnDrain>()

/**
 * Ends the stream of a remote that goes beyond what any Hypercore does, with a ReplicatorError, before it
 * costs memory without bound or, by an error that upstream takes for a bug of the program (safety-catch),
 * the process. Requests are answered in turn.
 * @returns ends it; what was hung on the mux is to be taken off in reverse order
 */
export function guardMux(mux: Protomux, protocol: string, limits: StreamLimits): () => void {
  const unwatch = watchOpens(mux, ({ unanswered, unread, ids }) => {
    if (unanswered >= limits.pendingOpens * FLOOD_FACTOR || ids >= CHANNEL_IDS) {
      const message = `${unanswered} opens of one stream wait for an answer, on ${ids} channel numbers`
      throw new ReplicatorError('TOO_MANY_OPENS', message)
    }
    if (unread > limits.unreadAnswers) {
      throw new ReplicatorError('UNREAD_ANSWERS', `${unread} opens, and the answers are not read`)
    }
  })

  const unwatchBatches = watchBatches(mux, () => {
    throw new ReplicatorError('BAD_FRAME', 'a batch of messages in a batch')
  })

  const open = mux as OpenMux
  const { createChannel } = open
  const guarding = (opts: CoreChannelOptions): unknown => {
    if (opts.protocol === protocol) guard(opts)
    return createChannel.call(mux, opts)
  }
  open.createChannel = guarding
  guarded.set(mux, limits)

  return () => {
    guarded.delete(mux)
    if (open.createChannel === guarding) open.createChannel = createChannel
    unwatchBatches()
    unwatch()
  }
}

function guard(opts: CoreChannelOptions): void {
  opts.handshake = madeOnce(encodings, opts.handshake, safe)
  opts.messages.forEach((message, place) => {
    message.encoding = madeOnce(encodings, message.encoding, safe)
    const around = AROUND.get(place) ?? ((handler) => handler)
    const onmessage = madeOnce(handlers, message.onmessage, (handler) => countWork(around(handler)))
    Object.assign(message, { onmessage })
  })
  opts.ondrain = madeOnce(drains, opts.ondrain, drainInTurn)
}

function after(check: Handler, handler: Handler): Handler {
  return (message, channel) => {
    check(message, channel)
    return handler(message, channel)
  }
}

function safe(encoding: Encoding): Encoding {
  const decode = (state: object): unknown => {
    try {
      return encoding.decode(state)
    } catch (cause) {
      throw new ReplicatorError('BAD_FRAME', 'a message of a core cannot be decoded', { cause })
    }
  }
  return Object.assign(Object.create(encoding) as Encoding, { decode })
}

function checkRequest(_: unknown, { id, userData }: CoreChannel): void {
  const most = guarded.get(userData.protomux)?.requestsPerChannel ?? Infinity
  if (unansweredRequests(userData) < most) return
  const message = `${most} requests for blocks of ${b4a.toString(id, 'hex')} wait for an answer`
  throw new ReplicatorError('TOO_MANY_REQUESTS', message)
}

function checkBitfield(message: unknown, channel: CoreChannel): void {
  const { start, bitfield } = message as { start: number; bitfield: Uint8Array }
  checkEnd(start + bitfield.byteLength * 8)
  countPages(start, bitfield.byteLength * 8, channel, pagesOf(channel))
}

/**
 * A range from 0 is kept as a number (Hypercore's Peer.onrange), others as pages of memory; what a drop leaves of the
 * number behind itself becomes pages as well, since 11.39.
 */
function checkRange(message: unknown, channel: CoreChannel): void {
  const { drop, start, length } = message as { drop: boolean; start: number; length: number }
  checkEnd(start + length)
  const left = drop ? channel.userData.remoteContiguousLength - (start + length) : 0
  if (left > 0) countPages(start + length, left, channel, pagesOf(channel))
  if (start === 0) return
  if (length > RANGE_BLOCKS) {
    throw new ReplicatorError('BAD_FRAME', `a range of ${length} blocks; the most is ${RANGE_BLOCKS}`)
  }
  if (!drop) countPages(start, length, channel, pagesOf(channel))
}

/** Hypercore goes over all segments up to the last that a remote named (11.37.1 lib/remote-bitfield.js:229). */
function checkEnd(end: number): void {
  if (end > MAX_BLOCKS)
    throw new ReplicatorError('BAD_FRAME', `block ${end - 1}; a core has at most ${MAX_BLOCKS}`)
}

function pagesOf({ userData }: CoreChannel): number {
  return guarded.get(userData.protomux)?.pagesPerStream ?? Infinity
}
