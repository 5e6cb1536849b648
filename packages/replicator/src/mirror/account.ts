import type { Protomux } from '@manycore/hypercore-types'
import { COMPARED_BYTE, NEWS } from '../wire/costs.js'
import { workOf } from '../wire/pairing.js'

/** What the mirror at the other end of a stream has to answer for: everybody is entitled to one comparison, and to what follows from it. */
export class MirrorAccount {
  readonly #mux: Protomux
  #exchanges = 0
  /** News that the remote owes us for what was found to differ: they cost it nothing. */
  #owed = 0

  constructor(mux: Protomux) {
    this.#mux = mux
  }

  begin(): void {
    this.#exchanges++
    this.#owed = 0
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
    if (this.#exchanges > 1) workOf(this.#mux)?.charge(cost, null)
    else workOf(this.#mux)?.spend(cost)
  }
}
