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

  frame(bytes: number): void {
    this.#compared(bytes * COMPARED_BYTE)
  }

  /** It is told of what differs. */
  told(cores: number): void {
    this.#compared(cores * NEWS)
  }

  /** Of so many cores it has to tell us, too. */
  owes(cores: number): void {
    this.#owed += cores
  }

  news(count: number): void {
    const owed = Math.min(this.#owed, count)
    this.#owed -= owed
    if (owed > 0) workOf(this.#mux)?.spend(owed * NEWS)
    if (count > owed) workOf(this.#mux)?.charge((count - owed) * NEWS, null)
  }

  #compared(cost: number): void {
    if (this.#isFirst) workOf(this.#mux)?.spend(cost)
    else workOf(this.#mux)?.charge(cost, null)
  }
}
