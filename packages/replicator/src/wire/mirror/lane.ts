import type { Channel, NoiseStream, Protomux } from '@manycore/hypercore-types'
import type { Direction } from '../direction.js'
import type { CoreChannel } from '../hypercore-peer.js'
import { LANES } from '../messages.js'
import type { ChannelOptions, MakesChannels } from '../protomux.js'

/** Which channel; its protocol is not looked at. */
interface OfCore {
  readonly id?: Uint8Array | null
}

/**
 * The way of cores between one store here and one at the other end of a mux that several stores share. A mux has one channel per
 * protocol and id, which whoever comes first has, with whoever answers first. A lane has a protocol of its own, and with it one more
 * channel for each core. Hypercore takes it for a mux: it has what `Replicator` and `Peer` (hypercore 11.39.5 lib/replicator.js) use
 * of one.
 */
export class Lane implements Protomux {
  readonly isProtomux = true
  /** The same at both ends. */
  readonly protocol: string
  readonly #mux: Protomux & MakesChannels
  readonly #directionOf: (discoveryKey: Uint8Array) => Direction | null
  #isOver = false

  /**
   * @param numbers      of the store at the end that has begun the stream, and of the one at the other
   * @param directionOf  which way a core goes here; null = both
   */
  constructor(
    mux: Protomux,
    numbers: readonly [number, number],
    directionOf: (discoveryKey: Uint8Array) => Direction | null
  ) {
    this.#mux = mux as Protomux & MakesChannels
    this.protocol = LANES + numbers.join('/')
    this.#directionOf = directionOf
  }

  get stream(): NoiseStream {
    return this.#mux.stream
  }

  get drained(): boolean {
    return this.#mux.drained
  }

  get corked(): number {
    return this.#mux.corked
  }

  cork(): void {
    this.#mux.cork()
  }

  uncork(): void {
    this.#mux.uncork()
  }

  opened({ id }: OfCore): boolean {
    return this.#mux.opened({ protocol: this.protocol, id: id! })
  }

  getLastChannel({ id }: OfCore): Channel | null {
    return this.#mux.getLastChannel({ protocol: this.protocol, id: id! })
  }

  pair({ id }: OfCore, notify: (id: Uint8Array) => unknown): void {
    this.#mux.pair({ protocol: this.protocol, id: id! }, notify)
  }

  unpair({ id }: OfCore): void {
    this.#mux.unpair({ protocol: this.protocol, id: id! })
  }

  /** The aliases of the protocol are the mux's. */
  createChannel(opts: ChannelOptions): CoreChannel | null {
    if (this.#isOver) return null
    const { protocol } = this
    return this.#mux.createChannel({ ...opts, protocol, aliases: [], directionOf: this.#directionOf })
  }

  /** Answers opens of the remote. @param notify  as of `pair()` */
  answer(notify: (discoveryKey: Uint8Array) => unknown): void {
    this.#mux.pair({ protocol: this.protocol }, notify)
  }

  /** Opens nothing any more. What is open stays. */
  end(): void {
    this.#isOver = true
    this.#mux.unpair({ protocol: this.protocol })
  }

  destroy(err?: Error): void {
    this.#mux.destroy(err)
  }
}
