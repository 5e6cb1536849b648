import { onLaterTurn, systemClock } from '@manycore/ground'
import {
  INDEBTED_SLICE,
  INDEBTED_TURN,
  REFILL_PER_MS,
  REST_MS,
  SLICE,
  SMALL_DEBT,
  TURN
} from '../defaults.js'
import type { Cost } from './costs.js'
import type { Inbox } from './inbox.js'

/**
 * Shares the turns of the event loop among the streams that have more to be worked on than fits in one. Those with the
 * least unproved work come first; those that have much of it share a small part of the time, whatever their number.
 */
class Turns {
  readonly #waiting = new Set<Inbox>()
  /** Those that had much unproved work when they last did something. */
  readonly #indebted = new Set<Inbox>()
  /** What the streams together may still spend in this turn. */
  #left: Cost = TURN
  #isScheduled = false
  #isResting = false

  /** How much of a stream's allowance comes back per millisecond. The indebted share it, or many would have many times as much. */
  get refill(): Cost {
    return REFILL_PER_MS / Math.max(1, this.#indebted.size)
  }

  /** @returns how much an inbox may spend at once, now that something has come; 0 = it has to wait */
  slice(inbox: Inbox): Cost {
    this.#schedule()
    return this.#note(inbox) > SMALL_DEBT ? 0 : Math.min(SLICE, this.#left)
  }

  /** An inbox has spent something in this turn. */
  took(cost: Cost): void {
    this.#left -= cost
  }

  /** An inbox has more than its slice. */
  wait(inbox: Inbox): void {
    this.#waiting.add(inbox)
    this.#schedule()
  }

  /** An inbox is empty, or waits for what is at work. */
  leave(inbox: Inbox): void {
    this.#waiting.delete(inbox)
  }

  /** An inbox is of no stream any more. */
  forget(inbox: Inbox): void {
    this.#waiting.delete(inbox)
    this.#indebted.delete(inbox)
  }

  /** @returns its debt */
  #note(inbox: Inbox): Cost {
    const { debt } = inbox.work
    if (debt > SMALL_DEBT) this.#indebted.add(inbox)
    else this.#indebted.delete(inbox)
    return debt
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    onLaterTurn(() => {
      this.#isScheduled = false
      this.#run()
    })
  }

  #run(): void {
    this.#left = TURN
    const all = Array.from(this.#waiting, (inbox) => ({ inbox, debt: this.#note(inbox) }))
    all.sort((a, b) => a.debt - b.debt)
    const indebted = all.filter(({ inbox }) => this.#indebted.has(inbox))
    for (const { inbox } of all.slice(0, all.length - indebted.length)) {
      if (this.#left <= 0) break
      this.#let(inbox, SLICE)
    }
    if (indebted.length > 0 && !this.#isResting) this.#runIndebted(indebted)
    if (this.#waiting.size > (this.#isResting ? indebted.length : 0)) this.#schedule()
  }

  /** Afterwards they all rest, so that the others find the loop idle. */
  #runIndebted(inboxes: readonly { inbox: Inbox }[]): void {
    const least = this.#left - INDEBTED_TURN
    for (const { inbox } of inboxes) {
      if (this.#left <= least) break
      this.#let(inbox, INDEBTED_SLICE)
    }
    this.#isResting = true
    systemClock.setTimeout(() => {
      this.#isResting = false
      if (this.#waiting.size > 0) this.#schedule()
    }, REST_MS)
  }

  #let(inbox: Inbox, slice: Cost): void {
    this.#waiting.delete(inbox) // whoever has more waits again, behind the others
    inbox.run(slice)
  }
}

/** There is one event loop, whatever the number of replicators. */
export const turns: Turns = new Turns()
