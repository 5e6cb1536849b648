import type { Rounds } from './rounds.js'

/** What is given to whoever asked. */
export interface Answer {
  give(): void
}

/** An answer that comes after those to all reads of its session that began before. */
export interface ReadAnswer extends Answer {
  isReady: boolean
  next: ReadAnswer | null
}

/**
 * Gives the answers of one session of a database, one in each run of microtasks, as RocksDB does: everything that
 * follows at once from one answer has run before the session gets the next one. Hypercore relies on it, as what a
 * peer's message leads to is a longer or a shorter chain of promises behind a read.
 */
export class Answers {
  readonly #rounds: Rounds
  /** the first round in which this session has got no answer yet */
  #free = 0
  #first: ReadAnswer | null = null
  #last: ReadAnswer | null = null

  constructor(rounds: Rounds) {
    this.#rounds = rounds
  }

  /** Called from a microtask once the answer is there. */
  give(answer: Answer): void {
    this.#free = this.#rounds.give(this.#free, answer) + 1
  }

  /** A read begins. */
  begin(read: ReadAnswer): void {
    if (this.#last === null) this.#first = read
    else this.#last.next = read
    this.#last = read
  }

  /** Called from a microtask when a read that began is ready: gives all that wait for none before them. */
  readonly ready = (read: ReadAnswer): void => {
    read.isReady = true
    for (let each = this.#first; each !== null && each.isReady; each = this.#first) {
      this.#first = each.next
      if (each.next === null) this.#last = null
      this.give(each)
    }
  }
}
