import { onLaterTurn } from '@manycore/kv'

/** What is given to whoever asked. */
export interface Answer {
  give(): void
}

/** An answer that comes after the answers to all reads of its session that began before it. */
export interface ReadAnswer extends Answer {
  isReady: boolean
  next: ReadAnswer | null
}

/**
 * Gives the answers of one session of a database, one per run of microtasks, as RocksDB does: everything that follows
 * at once from one answer has run before the session gets the next one. Hypercore relies on it, because what a message
 * of a peer leads to is a longer or a shorter chain of promises behind a read.
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

  /** Called when a read begins. */
  begin(read: ReadAnswer): void {
    if (this.#last === null) this.#first = read
    else this.#last.next = read
    this.#last = read
  }

  /** Called from a microtask when a read that began is ready: gives all reads that no longer wait for an earlier one. */
  readonly ready = (read: ReadAnswer): void => {
    read.isReady = true
    for (let each = this.#first; each !== null && each.isReady; each = this.#first) {
      this.#first = each.next
      if (each.next === null) this.#last = null
      this.give(each)
    }
  }
}

/**
 * Counts runs of microtasks, so that answers can be spread over them: one in this round, the next in the one after
 * it. The macrotasks that end the rounds are all requested at once. Where they run in one phase of the event loop
 * (setImmediate of Node), a session with many answers waits for none of its own.
 */
export class Rounds {
  #now = 0
  /** the last round that was requested */
  #asked = 0
  /** how many answers wait for their round */
  #waiting = 0
  readonly #answers = new Map<number, Answer[]>()
  /** the microtasks of the last round have not all run */
  #isRunning = false
  /** rounds that came too early */
  #early = 0

  /** Whether an answer waits for its round. */
  get isWaiting(): boolean {
    return this.#waiting > 0
  }

  /**
   * Gives an answer in the first round that is possible: at once, if that is the present one.
   * @param from  the earliest round
   * @returns the round it is given in
   */
  give(from: number, answer: Answer): number {
    const round = Math.max(from, this.#now)
    if (round > this.#now) {
      this.#waiting++
      const answers = this.#answers.get(round)
      if (answers === undefined) this.#answers.set(round, [answer])
      else answers.push(answer)
    }
    for (; this.#asked <= round; this.#asked++) onLaterTurn(this.#next)
    if (round === this.#now) answer.give()
    return round
  }

  readonly #next = (): void => {
    if (this.#isRunning) {
      this.#early++
      return
    }
    const answers = this.#answers.get(++this.#now)
    if (answers === undefined) return
    this.#answers.delete(this.#now)
    this.#waiting -= answers.length
    this.#isRunning = true
    queueMicrotask(this.#ran)
    for (const answer of answers) answer.give()
  }

  /** Bare runs all immediates in one go, and their microtasks afterwards: there each round requests the next. */
  readonly #ran = (): void => {
    this.#isRunning = false
    if (this.#early === 0) return
    this.#early--
    onLaterTurn(this.#next)
  }
}
