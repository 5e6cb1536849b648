import type { Protomux } from '@manycore/hypercore-types'
import { COMPARED_BYTE, NEWS } from '../wire/costs.js'
import { workOf } from '../wire/pairing.js'

/** What a mirror at the other end of a stream has to answer for: a stream is entitled to one comparison, and to what follows from it. */
export class MirrorAccount {
  readonly #mux: Protomux
  readonly #isFirst: boolean
  /** News that the remote owes us for what was found to differ: they cost it nothing. */
  #owed = 0

  /** @param isFirst  it is the first comparison of the stream */
  constructor(mux: Protomux, isFirst: boolean) {
    this.#mux = mux
    this.#isFirst = isFirst
  }

  // Called when a message comes, so that it counts in the slice of its stream, and little more of it is taken.

  frame(bytes: number): void {
    this.#compared(bytes * COMPARED_BYTE)
  }

  /** Our answer to a frame has so many bytes. */
  answered(bytes: number): void {
    this.#compared(bytes * COMPARED_BYTE)
  }

  /** News or ids of so many cores. */
  came(cores: number): void {
    workOf(this.#mux)?.spend(cores * NEWS)
  }

  /** It is told of what differs. */
  told(cores: number): void {
    this.#compared(cores * NEWS)
  }

  /** Of so many cores it has to tell us, too. */
  owes(cores: number): void {
    this.#owed += cores
  }

  /** Called once it is the turn of news or ids, because only then it is known whether they were owed. */
  news(cores: number): void {
    const owed = Math.min(this.#owed, cores)
    this.#owed -= owed
    if (cores > owed) workOf(this.#mux)?.charge((cores - owed) * NEWS, null)
  }

  #compared(cost: number): void {
    if (this.#isFirst) workOf(this.#mux)?.spend(cost)
    else workOf(this.#mux)?.charge(cost, null)
  }
}
