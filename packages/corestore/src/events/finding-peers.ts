import type { Hypercore } from '@manycore/hypercore-types'

/** While anyone looks for peers, every session of a store waits for them before it says "not found". */
export class FindingPeers {
  #callers = 0
  #done: (() => void)[] = []

  /** A caller starts looking, and the sessions that exist wait. @returns a function that ends that, once */
  begin(sessions: Iterable<Hypercore<unknown>>): () => void {
    if (++this.#callers === 1) for (const session of sessions) this.#done.push(session.findingPeers())
    let ended = false
    return () => {
      if (ended) return
      ended = true
      if (--this.#callers === 0) this.end()
    }
  }

  /** A new session waits too if anyone is looking. */
  add(session: Hypercore<unknown>): void {
    if (this.#callers > 0) this.#done.push(session.findingPeers())
  }

  /** Nobody waits any longer, whoever is looking. */
  end(): void {
    for (const done of this.#done.splice(0)) done()
  }
}
