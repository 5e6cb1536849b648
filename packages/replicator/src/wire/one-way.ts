import type { Protomux } from '@manycore/hypercore-types'
import type { Direction } from './direction.js'

/**
 * Lets a channel of a core carry data in one direction only. Hypercore has no call for that: its channels are
 * made by `mux.createChannel()`, whose messages we wrap, and no private field is touched. What is enforced here
 * and what is only asked of the peer is in docs/adr/0008. The order and the shape of the messages are those of
 * hypercore 11.37.1 lib/replicator.js:3237 and lib/messages.js; test/wire/one-way.test.ts fails when they change.
 */
const SYNC = 0
const REQUEST = 1
const CANCEL = 2
const NO_DATA = 4
const WANT = 5
const UNWANT = 6
// 3 data, 7 bitfield, 8 range, 9 extension

/** lib/replicator.js:44 */
const NOT_AVAILABLE = 1

interface Sync {
  fork: number
  length: number
  /** the sender's acknowledgement of our length */
  remoteLength: number
  canUpgrade: boolean
  uploading: boolean
  downloading: boolean
  hasManifest: boolean
  allowPush: boolean
}

/** hypercore's Peer, as far as it is read here */
interface ChannelPeer {
  readonly core: { readonly state: { readonly fork: number; readonly length: number } }
  readonly protomux: Protomux
}

interface WireChannel {
  readonly userData: ChannelPeer
  readonly messages: { send(message: unknown): boolean }[]
  [FILTER]?: Filter
}

type OnMessage = (message: never, channel: never) => unknown
type Receive = (message: unknown, channel: WireChannel) => unknown
type Send = (message: unknown) => boolean

export interface WireOptions {
  messages: { onmessage: OnMessage }[]
}

/** Of the channel it filters: a WeakMap keeps the room of all channels there ever were at a time. */
const FILTER = Symbol('one way')

/** By type of message, for all channels: what is put around a handler can be shared as well. */
const RECEIVE: Receive[] = Array.from({ length: 10 }, (_, type) => (message, channel) => {
  return channel[FILTER]!.receive(type, message, channel)
})

/**
 * @param opts    what hypercore gives to createChannel; its messages' handlers are replaced
 * @param create  makes the channel
 */
export function createOneWay<C>(way: Direction, opts: WireOptions, create: () => C): C {
  const handlers = opts.messages.map(({ onmessage }) => onmessage) as Receive[]
  opts.messages.forEach((message, type) => Object.assign(message, { onmessage: RECEIVE[type] }))
  const channel = create()
  if (channel === null) return channel

  const wire = channel as unknown as WireChannel
  const sends = wire.messages.map(({ send }) => send)
  const filter = way.upload ? new UploadOnly(handlers, sends) : new DownloadOnly(handlers, sends)
  wire[FILTER] = filter
  for (const [type, message] of wire.messages.entries()) {
    message.send = (sent) => filter.send(type, sent, wire)
  }
  return channel
}

abstract class Filter {
  protected readonly handlers: readonly Receive[]
  protected readonly sends: readonly Send[]

  constructor(handlers: readonly Receive[], sends: readonly Send[]) {
    this.handlers = handlers
    this.sends = sends
  }

  abstract receive(type: number, message: unknown, channel: WireChannel): unknown
  abstract send(type: number, message: unknown, channel: WireChannel): boolean
}

/** The peer may have the core; nothing is taken from it. To Hypercore it looks like one that gives nothing. */
class UploadOnly extends Filter {
  #fork = 0
  #length = 0

  receive(type: number, message: unknown, channel: WireChannel): unknown {
    if (type === SYNC) {
      const sync = message as Sync
      const { state } = channel.userData.core
      this.#fork = sync.fork
      this.#length = sync.length
      return this.handlers[SYNC]!(
        {
          ...sync,
          fork: Math.min(sync.fork, state.fork),
          length: Math.min(sync.length, state.length),
          canUpgrade: false,
          uploading: false,
          hasManifest: false
        },
        channel
      )
    }
    const asks = type === REQUEST || type === CANCEL || type === WANT || type === UNWANT
    return asks ? this.handlers[type]!(message, channel) : undefined
  }

  send(type: number, message: unknown, channel: WireChannel): boolean {
    switch (type) {
      case SYNC: {
        const { fork } = message as Sync
        const remoteLength = fork === this.#fork ? this.#length : 0
        return this.sends[SYNC]!({
          ...(message as Sync),
          remoteLength,
          downloading: false,
          allowPush: false
        })
      }
      case REQUEST:
        // Hypercore has no reason to; were it left waiting, it would not ask another peer.
        queueMicrotask(() => {
          const request = (message as { id: number }).id
          this.handlers[NO_DATA]!({ request, reason: NOT_AVAILABLE }, channel)
        })
        return true
      case CANCEL:
      case WANT:
      case UNWANT:
        return true
      default:
        return this.sends[type]!(message)
    }
  }
}

/** The core is taken from the peer, which gets nothing. To the peer we look like one that has no block. */
class DownloadOnly extends Filter {
  /** ours is not told: we say the peer's own */
  #fork = 0
  #length = 0
  #said: Sync | null = null

  receive(type: number, message: unknown, channel: WireChannel): unknown {
    switch (type) {
      case SYNC: {
        const sync = message as Sync
        const { state } = channel.userData.core
        const isNews = sync.fork !== this.#fork
        this.#fork = sync.fork
        this.#length = sync.length
        // It acknowledges the length 0 that we say; Hypercore waits for its own to be acknowledged.
        const known = { ...sync, remoteLength: state.length, allowPush: false }
        const working = this.handlers[SYNC]!(known, channel)
        if (isNews && this.#said !== null) channel.messages[SYNC]!.send(this.#said)
        return working
      }
      case REQUEST: {
        const { protomux } = channel.userData
        if (protomux.drained) {
          this.sends[NO_DATA]!({ request: (message as { id: number }).id, reason: NOT_AVAILABLE })
        }
        return undefined
      }
      case CANCEL:
      case WANT:
      case UNWANT:
        return undefined
      default:
        return this.handlers[type]!(message, channel)
    }
  }

  send(type: number, message: unknown): boolean {
    switch (type) {
      case SYNC: {
        const { downloading, allowPush } = message as Sync
        const sync = {
          fork: this.#fork,
          length: 0,
          remoteLength: this.#length,
          canUpgrade: false,
          uploading: true,
          downloading,
          hasManifest: false,
          allowPush
        }
        // When both sides are the longer one, as each believes, they would answer each other for ever.
        if (this.#said !== null && isSame(sync, this.#said)) return true
        this.#said = sync
        return this.sends[SYNC]!(sync)
      }
      case REQUEST:
      case CANCEL:
      case WANT:
      case UNWANT:
        return this.sends[type]!(message)
      default:
        return true
    }
  }
}

function isSame(a: Sync, b: Sync): boolean {
  return (Object.keys(a) as (keyof Sync)[]).every((field) => a[field] === b[field])
}
