import { Emitter as Base, emitToEach } from '@manycore/ground'
import type { EventSource, InnerCore, Peer, ProtocolStream } from '@manycore/hypercore-types'
import { publish } from './diagnostics.js'
import { FigureBook } from './figures.js'
import type { ReplicatorEvents } from '../events.js'

const Emitter: new () => EventSource<ReplicatorEvents> =
  Base as unknown as new () => EventSource<ReplicatorEvents>

/** Every event goes to the figures and the diagnostics channels as well, and to every listener whatever another one throws. */
export abstract class ReplicatorEmitter extends Emitter {
  /** @internal */
  protected readonly figures: FigureBook = new FigureBook((...args) => this.blame(...args))

  /** @internal */
  protected abstract blame(err: Error, core: InnerCore, peer: Peer | null): void

  override emit<K extends keyof ReplicatorEvents>(event: K, ...args: ReplicatorEvents[K]): boolean {
    this.figures.note(event, args)
    publish(this, event, args)
    return emitToEach(this as never, event, args)
  }

  /** @internal A core failed; the event that tells of it names no more than its discovery key. */
  protected failed(err: Error, core: InnerCore, stream: ProtocolStream | null): void {
    this.figures.failed(core)
    this.emit('core-error', err, { discoveryKey: core.discoveryKey, stream })
  }
}
