import { Emitter as Base } from '@manycore/ground'
import type { EventSource, InnerCore, ProtocolStream } from '@manycore/hypercore-types'
import type { ReplicatorError } from '../errors.js'
import type { ReplicatorEvents } from '../events.js'
import { publish } from './diagnostics.js'
import { FigureBook } from './figures.js'

/** Calls every listener of an event, whatever another one throws. */
export const ReplicatorEmitter: new () => EventSource<ReplicatorEvents> =
  Base as unknown as new () => EventSource<ReplicatorEvents>

/** What the parts of a replicator have to tell is counted, published on a diagnostics channel, and an event of the replicator. */
export class Reports {
  readonly figures: FigureBook = new FigureBook()
  readonly #replicator: EventSource<ReplicatorEvents>

  constructor(replicator: EventSource<ReplicatorEvents>) {
    this.#replicator = replicator
  }

  tell<K extends keyof ReplicatorEvents>(event: K, ...args: ReplicatorEvents[K]): void {
    this.figures.note(event, args)
    publish(this.#replicator, event, args)
    this.#replicator.emit(event, ...args)
  }

  /** A core failed. The event names no more than its discovery key, so it is counted for the core here. */
  coreFailed(err: unknown, core: InnerCore, stream: ProtocolStream | null): void {
    this.figures.failed(core)
    this.tell('core-error', err as Error, { discoveryKey: core.discoveryKey, stream })
  }

  /** A remote reached a limit. */
  limited(err: ReplicatorError, discoveryKey: Uint8Array | null, stream: ProtocolStream): void {
    this.tell('limited', err, { discoveryKey, stream })
    this.tell('refused', err, { discoveryKey, stream })
  }

  /** A stream is no longer one of ours: it closed, or was let go. @param reason  why we closed it, or its handshake failed */
  closed(stream: ProtocolStream, reason: ReplicatorError | null): void {
    if (reason !== null && isLimit(reason)) this.limited(reason, null, stream)
    else if (reason !== null) this.tell('refused', reason, { discoveryKey: null, stream })
    this.tell('stream-close', stream, reason)
  }
}

function isLimit({ code }: ReplicatorError): boolean {
  return code.startsWith('TOO_MANY_') || code === 'UNREAD_ANSWERS'
}
