import b4a from 'b4a'
import type { DecodeState, RemoteChannel } from '../protomux.js'
import type { Packet } from './packets.js'

/** What waits for one answer: all opens of an id. A list of their own would take more than they do. */
export class Ask {
  first: HeldOpen | null = null
}

/** Nothing has come for the channel yet. What comes gets a list of its own. */
const NOTHING: unknown[] = Object.freeze([]) as never

/**
 * An open of Hypercore's protocol that waits for its answer, in some 300 bytes. Protomux would keep the whole frame that
 * it came in, and ten objects more for each of them.
 */
export class HeldOpen implements RemoteChannel {
  readonly number: number
  readonly ask: Ask
  /** What its answer is to leave in; null = it leaves alone. */
  readonly packet: Packet | null
  /** When it came, as `LongWaits` counts. */
  readonly round: number
  pending: unknown[] | null = NOTHING
  session: RemoteChannel['session'] = null
  /** In hex: a buffer of its own would take 300 bytes more, and a part of a shared one would keep all of that. */
  readonly #handshake: string
  #before: HeldOpen | null = null
  #after: HeldOpen | null

  constructor(number: number, handshake: Uint8Array, ask: Ask, packet: Packet | null, round: number) {
    this.number = number
    this.ask = ask
    this.packet = packet
    this.round = round
    this.#handshake = b4a.toString(handshake, 'hex')
    this.#after = ask.first
    if (ask.first !== null) ask.first.#before = this
    ask.first = this
  }

  /** Protomux reads it once, when the channel opens, and then sets it to null. */
  get state(): DecodeState | null {
    const buffer = b4a.from(this.#handshake, 'hex')
    return { buffer, start: 0, end: buffer.byteLength }
  }

  set state(_: null) {}

  /** Of its handshake. */
  get bytes(): number {
    return this.#handshake.length / 2
  }

  /** A message has come before the answer. */
  expectMessages(): void {
    if (this.pending === NOTHING) this.pending = []
  }

  /** It waits no longer. */
  leave(): void {
    if (this.#before === null) this.ask.first = this.#after
    else this.#before.#after = this.#after
    if (this.#after !== null) this.#after.#before = this.#before
  }
}
