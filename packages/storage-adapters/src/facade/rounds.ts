import { onLaterTurn } from '@manycore/kv'
import type { Answer } from './answers.js'

/**
 * Counts runs of microtasks, so that answers can be spread over them: one in this round, the next in the one after
 * it. The macrotasks that end the rounds are all asked for at once; where they run in one phase of the event loop
 * (setImmediate of Node), a session with many answers waits for none of its own.
 */
export class Rounds {
  #now = 0
  /** the last round that has been asked for */
  #asked = 0
  /** how many answers wait for their round */
  #waiting = 0
  readonly #answers = new Map<number, Answer[]>()
  /** the microtasks of the last round have not all run */
  #isRunning = false
  /** rounds that came too early */
  #early = 0

  /** Does an answer wait for its round? */
  get isWaiting(): boolean {
    return this.#waiting > 0
  }

  /**
   * Gives an answer in the first round that is possible; at once if that is the present one.
   * @param from  the earliest
   * @returns     its round
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

  /** Bare runs all immediates in one go, and their microtasks afterwards: there each round asks for the next. */
  readonly #ran = (): void => {
    this.#isRunning = false
    if (this.#early === 0) return
    this.#early--
    onLaterTurn(this.#next)
  }
}
