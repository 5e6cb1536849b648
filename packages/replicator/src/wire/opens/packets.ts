import type { Clock } from '@manycore/ground'
import type { Protomux } from '@manycore/hypercore-types'
import { GATHER_MS } from '../../defaults.js'

/** Answers that leave in one packet: once all are given, or `GATHER_MS` after the first of their opens came. */
export class Packet {
  readonly left: Promise<void>
  #unanswered = 0
  #leave!: () => void
  readonly #timer: unknown

  constructor(clock: Clock, onleave: () => void) {
    this.left = new Promise((resolve) => {
      this.#leave = () => {
        clock.clearTimeout(this.#timer)
        onleave()
        resolve()
      }
    })
    this.#timer = clock.setTimeout(() => this.#leave(), GATHER_MS)
  }

  add(): void {
    this.#unanswered++
  }

  answered(): void {
    if (--this.#unanswered === 0) this.#leave()
  }

  leave(): void {
    this.#leave()
  }
}

/**
 * Lets one open of a packet take longer than the others. Protomux holds back all that is sent until every open of a
 * packet is answered, so that the answers leave in one as well. Here it does so for at most `GATHER_MS`, once for all
 * packets that come in that time.
 */
export class Packets {
  readonly #mux: Protomux
  readonly #clock: Clock
  #current: Packet | null = null
  #told: Packet | null = null

  constructor(mux: Protomux, clock: Clock) {
    this.#mux = mux
    this.#clock = clock
  }

  /** An open has come. @returns null if it came alone: nothing is held back for it */
  current(): Packet | null {
    if (this.#mux.corked === 0) return null
    this.#current ??= new Packet(this.#clock, () => (this.#current = null))
    this.#current.add()
    return this.#current
  }

  /** @returns what Protomux waits for before it sends: the same for thousands of opens, so it gets it once */
  promise(packet: Packet | null): Promise<void> | null {
    if (packet === this.#told) return null
    this.#told = packet
    return packet?.left ?? null
  }

  leave(): void {
    this.#current?.leave()
  }
}
