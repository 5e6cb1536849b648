import { callEach } from '@manycore/ground'
import type { EventSource, InnerCore, ProtocolStream } from '@manycore/hypercore-types'
import type { ReplicatorError } from '../errors.js'
import type { ReplicatorEvents } from '../events.js'
import { FigureBook } from './figures.js'

/** Who follows what happens, and what has changed without an event. */
export interface Follower {
  /** Something may have changed in how far replication has come. @param core  null = not with a core */
  moved(core: InnerCore | null): void
  note<K extends keyof ReplicatorEvents>(event: K, args: ReplicatorEvents[K]): void
}

/** Tells what happens in a replicator: it is counted, published on a diagnostics channel, and emitted as an event. */
export class Reports {
  readonly figures: FigureBook = new FigureBook()
  follower: Follower | null = null
  readonly #replicator: EventSource<ReplicatorEvents>

  constructor(replicator: EventSource<ReplicatorEvents>) {
    this.#replicator = replicator
  }

  tell<K extends keyof ReplicatorEvents>(event: K, ...args: ReplicatorEvents[K]): void {
    this.figures.note(event, args)
    publish(this.#replicator, event, args)
    this.#replicator.emit(event, ...args)
    this.follower?.note(event, args)
  }

  /** Whether somebody listens to an event. */
  isHeard(event: keyof ReplicatorEvents): boolean {
    return this.#replicator.listenerCount(event) > 0 || channels?.[event]?.hasSubscribers === true
  }

  /** Something may have changed in how far replication has come. @param core  null = not with a core */
  moved(core: InnerCore | null): void {
    this.follower?.moved(core)
  }

  /** A core has failed. It is counted here, because the event names only the discovery key. */
  coreFailed(err: unknown, core: InnerCore, stream: ProtocolStream | null): void {
    this.figures.failed(core)
    this.tell('core-error', err as Error, { discoveryKey: core.discoveryKey, stream })
  }

  /** A remote has reached a limit. */
  limited(err: ReplicatorError, discoveryKey: Uint8Array | null, stream: ProtocolStream): void {
    this.tell('limited', err, { discoveryKey, stream })
    this.tell('refused', err, { discoveryKey, stream })
  }

  /** A stream is about to close: because we close it, or because its handshake failed. */
  ending(stream: ProtocolStream, reason: ReplicatorError): void {
    const discoveryKey = reason.discoveryKey ?? null
    if (isLimit(reason)) this.limited(reason, discoveryKey, stream)
    else this.tell('refused', reason, { discoveryKey, stream })
  }
}

function isLimit({ code }: ReplicatorError): boolean {
  return code !== 'BAD_FRAME' && code !== 'HANDSHAKE_FAILED'
}

/** What is used of `node:diagnostics_channel`. */
interface DiagnosticsChannel {
  readonly hasSubscribers: boolean
  publish(message: unknown): void
}

interface DiagnosticsModule {
  channel(name: string): DiagnosticsChannel
}

/** The names of an event's arguments: the fields of its message. */
const FIELDS: { [K in keyof ReplicatorEvents]: readonly string[] } = {
  'stream-open': ['stream'],
  'stream-close': ['stream', 'reason'],
  attach: ['core', 'stream'],
  detach: ['core', 'stream'],
  denied: ['core', 'stream', 'question'],
  'core-error': ['error', 'info'],
  limited: ['error', 'info'],
  refused: ['error', 'info'],
  stalled: ['stream', 'stall'],
  sync: ['view']
}

const channels = openChannels()

/**
 * Publishes an event on the diagnostics channel `manycore:replicator:<event>`, as `{ replicator, ...arguments }`.
 * Does nothing if there are no such channels (browser, Bare) or nobody listens.
 */
function publish<K extends keyof ReplicatorEvents>(
  replicator: object,
  event: K,
  args: ReplicatorEvents[K]
): void {
  const channel = channels?.[event]
  if (channel === undefined || !channel.hasSubscribers) return
  const fields = FIELDS[event].map((name, i) => [name, args[i]])
  // Node calls every subscriber, whatever another one throws; elsewhere the first one that throws would stop an event.
  callEach([() => channel.publish({ replicator, ...Object.fromEntries(fields) })])
}

/** Without an import, because a bundler for browsers would look for the module. */
function openChannels(): Record<string, DiagnosticsChannel> | null {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): DiagnosticsModule | undefined }
  }
  const diagnostics = process?.getBuiltinModule?.('node:diagnostics_channel')
  if (!diagnostics) return null
  return Object.fromEntries(
    Object.keys(FIELDS).map((event) => [event, diagnostics.channel(`manycore:replicator:${event}`)])
  )
}
