import { aroundMessages, type CoreChannel, type Handler, type Handlers } from '../hypercore-peer.js'
import type { Host, Interceptor } from './interceptor.js'
import {
  MESSAGES,
  type MessageType,
  type NoData,
  NOT_AVAILABLE,
  type Request,
  type Sync
} from '../messages.js'

/** The filter of a channel, kept on it: a table of all channels would keep the room of as many as there ever were. */
const FILTER = Symbol('one way')

type FilteredChannel = CoreChannel & { [FILTER]?: Filter }

/**
 * Lets a channel of a core carry data in one direction only, which Hypercore has no call for: its messages are wrapped,
 * and no private field is touched. What is enforced here, and what is only asked of the peer, is in docs/adr/0008.
 * test/wire/interceptors/one-way.test.ts fails if the order or the shape of the messages changes.
 */
export function oneWay(host: Host): Interceptor {
  return {
    name: 'direction',
    make: (make) => (opts) => {
      const direction = opts.directionOf === undefined ? host.direction(opts.id) : opts.directionOf(opts.id)
      const channel: FilteredChannel | null = make(opts)
      if (direction === null || channel === null) return channel
      const sends = Object.fromEntries(channel.messages.map(({ send }, place) => [MESSAGES[place], send]))
      const filter = direction.upload
        ? new UploadOnly(channel, sends as Sends)
        : new DownloadOnly(channel, sends as Sends)
      channel[FILTER] = filter
      for (const [place, message] of channel.messages.entries()) {
        message.send = (sent) => filter.send(MESSAGES[place]!, sent)
      }
      return channel
    },
    wrap: (inner) => ({
      ...aroundMessages(inner, (handler, type) => (message, channel: FilteredChannel) => {
        const filter = channel[FILTER]
        return filter === undefined ? handler(message, channel) : filter.receive(type, message)
      }),
      open(handshake, channel: FilteredChannel) {
        channel[FILTER]?.open(inner)
        return inner.open(handshake, channel)
      }
    })
  }
}

/** What Hypercore sends, by type of message, as it goes out. */
type Sends = Record<MessageType, (message: unknown) => boolean>

abstract class Filter {
  protected readonly channel: CoreChannel
  readonly #sends: Sends
  /** what is inside the filter on this very channel: others may have been made by another copy of Hypercore */
  #handlers!: Handlers

  constructor(channel: CoreChannel, sends: Sends) {
    this.channel = channel
    this.#sends = sends
  }

  /** The channel opens: from now on there are messages. */
  open(handlers: Handlers): void {
    this.#handlers = handlers
  }

  /** The remote says something. */
  abstract receive(type: MessageType, message: unknown): unknown
  /** Hypercore says something. */
  abstract send(type: MessageType, message: unknown): boolean

  /** Hypercore hears it. */
  protected tell(type: MessageType, message: unknown): unknown {
    return (this.#handlers[type] as Handler<unknown>)(message, this.channel)
  }

  /** The remote hears it. */
  protected say(type: MessageType, message: unknown): boolean {
    return this.#sends[type](message)
  }
}

/** The peer may have the core; nothing is taken from it. To Hypercore it looks like a peer that gives nothing. */
class UploadOnly extends Filter {
  #fork = 0
  #length = 0

  receive(type: MessageType, message: unknown): unknown {
    switch (type) {
      case 'sync': {
        const sync = message as Sync
        const state = this.channel.userData.core.state!
        this.#fork = sync.fork
        this.#length = sync.length
        return this.tell('sync', {
          ...sync,
          fork: Math.min(sync.fork, state.fork),
          length: Math.min(sync.length, state.length),
          canUpgrade: false,
          uploading: false,
          hasManifest: false
        })
      }
      case 'request':
      case 'cancel':
      case 'want':
      case 'unwant':
        return this.tell(type, message)
      default:
        return undefined
    }
  }

  send(type: MessageType, message: unknown): boolean {
    switch (type) {
      case 'sync': {
        const sync = message as Sync
        const remoteLength = sync.fork === this.#fork ? this.#length : 0
        return this.say('sync', { ...sync, remoteLength, downloading: false, allowPush: false })
      }
      case 'request':
        // Hypercore has no reason to. If it were left waiting, it would not ask another peer.
        queueMicrotask(() => this.tell('noData', refusal(message as Request)))
        return true
      case 'cancel':
      case 'want':
      case 'unwant':
        return true
      default:
        return this.say(type, message)
    }
  }
}

/** The core is taken from the peer, which gets nothing. To the peer we look like one that has no block. */
class DownloadOnly extends Filter {
  /** the peer's own, which we say instead of ours */
  #fork = 0
  #length = 0
  #said: Sync | null = null

  receive(type: MessageType, message: unknown): unknown {
    switch (type) {
      case 'sync': {
        const sync = message as Sync
        const isNews = sync.fork !== this.#fork
        this.#fork = sync.fork
        this.#length = sync.length
        // It acknowledges the length 0 that we say; Hypercore waits for its own to be acknowledged.
        const remoteLength = this.channel.userData.core.state!.length
        const working = this.tell('sync', { ...sync, remoteLength, allowPush: false })
        if (isNews && this.#said !== null) this.send('sync', this.#said)
        return working
      }
      case 'request': // answered as Hypercore answers, so that it counts, and is charged
        this.channel.messages[MESSAGES.indexOf('noData')]!.send(refusal(message as Request))
        return undefined
      case 'cancel':
      case 'want':
      case 'unwant':
        return undefined
      default:
        return this.tell(type, message)
    }
  }

  send(type: MessageType, message: unknown): boolean {
    switch (type) {
      case 'sync': {
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
        return this.say('sync', sync)
      }
      case 'request':
      case 'cancel':
      case 'noData':
      case 'want':
      case 'unwant':
        return this.say(type, message)
      default:
        return true
    }
  }
}

function refusal({ id }: Request): NoData {
  return { request: id, reason: NOT_AVAILABLE }
}

function isSame(a: Sync, b: Sync): boolean {
  return (Object.keys(a) as (keyof Sync)[]).every((field) => a[field] === b[field])
}
