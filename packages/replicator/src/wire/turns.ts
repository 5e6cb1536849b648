import { onLaterTurn, systemClock } from '@manycore/ground'
import { REST_MS } from '../defaults.js'
import {
  type Cost,
  INDEBTED_SLICE,
  INDEBTED_TURN,
  LEAST_DEBT,
  REFILL_PER_MS,
  SLICE,
  SMALL_DEBT,
  TURN
} from './costs.js'
import type { Inbox } from './inbox.js'

/** Milliseconds from one look for streams that are indebted no more to the next. */
const FORGIVE_MS = 250

/**
 * Shares the turns of the event loop among the streams that have more to be worked on than fits in one, fairly: whoever has
 * been given the least since it came is next, and whoever comes anew counts as if it had been given as much as the next one.
 * Those with much unproved work come after all others and share a small part of the time, whatever their number.
 */
class Turns {
  readonly #waiting = new Set<Inbox>()
  /** Those that had much unproved work when they last did something. */
  readonly #indebted = new Set<Inbox>()
  /** Those that wait or are indebted. */
  readonly #sharing = new Set<Inbox>()
  /** What the streams together may still spend in this turn. */
  #left: Cost = TURN
  #isScheduled = false
  #isResting = false
  /** What the one that was served last had been given: the virtual time of start-time fair queueing. */
  #given: Cost = 0
  #forgivenMs = 0
  /** The most that any has been given. */
  #most: Cost = 0

  /**
   * @returns how much of its allowance comes back per ms. Those that wait or are indebted share it, or many would have many
   *          times as much, and take all the time without ever being indebted
   */
  refillOf(inbox: Inbox): Cost {
    return this.#sharing.has(inbox) ? REFILL_PER_MS / this.#sharing.size : REFILL_PER_MS
  }

  /** Has it much unproved work? For many at once less is much, or together they would take all the time. */
  isIndebted(inbox: Inbox): boolean {
    const isIndebted = inbox.work.owes(Math.max(LEAST_DEBT, SMALL_DEBT / Math.max(1, this.#sharing.size)))
    if (isIndebted) {
      this.#indebted.add(inbox)
      this.#sharing.add(inbox)
    } else {
      this.#indebted.delete(inbox)
      if (!this.#waiting.has(inbox)) this.#sharing.delete(inbox)
    }
    return isIndebted
  }

  /** @returns how much an inbox may spend at once, now that something has come; 0 = it has to wait */
  slice(inbox: Inbox): Cost {
    this.#schedule()
    return this.isIndebted(inbox) ? 0 : Math.min(this.#slice, this.#left)
  }

  /** An inbox has spent something in this turn. */
  took(cost: Cost, inbox: Inbox): void {
    this.#left -= cost
    inbox.given = Math.max(inbox.given, this.#given) + cost
    this.#most = Math.max(this.#most, inbox.given)
  }

  /** An inbox has more than its slice. */
  wait(inbox: Inbox): void {
    if (!this.#waiting.has(inbox)) {
      if (this.#waiting.size === 0) this.#given = this.#most // nobody is owed anything for the time when nobody waited
      this.isIndebted(inbox) // it has had its whole refill until now
      inbox.given = Math.max(inbox.given, this.#given)
      this.#waiting.add(inbox)
      this.#sharing.add(inbox)
    }
    this.#schedule()
  }

  /** An inbox is empty, or waits for what is at work. */
  leave(inbox: Inbox): void {
    this.#waiting.delete(inbox)
    if (!this.#indebted.has(inbox)) this.#sharing.delete(inbox)
  }

  /** An inbox is of no stream any more. */
  forget(inbox: Inbox): void {
    this.#waiting.delete(inbox)
    this.#indebted.delete(inbox)
    this.#sharing.delete(inbox)
  }

  /** The more wait, the less is given at a time. */
  get #slice(): Cost {
    return Math.max(INDEBTED_SLICE, SLICE / Math.max(1, this.#waiting.size / 2))
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
    const all = Array.from(this.#waiting).toSorted((a, b) => a.given - b.given)
    const indebted = all.filter((inbox) => this.isIndebted(inbox))
    const slice = this.#slice
    for (const inbox of all) {
      if (this.#left <= 0) break
      if (!this.#indebted.has(inbox)) this.#let(inbox, slice)
    }
    if (indebted.length > 0 && !this.#isResting) this.#runIndebted(indebted)
    this.#forgive()
    let isLeft = false
    for (const inbox of this.#waiting) {
      inbox.watchSlowness()
      if (!this.#isResting || !this.#indebted.has(inbox)) isLeft = true
    }
    if (isLeft) this.#schedule()
  }

  /** Those that wait for nothing are indebted until what they owe has come back. */
  #forgive(): void {
    const now = systemClock.now()
    if (now - this.#forgivenMs < FORGIVE_MS) return
    this.#forgivenMs = now
    for (const inbox of this.#indebted) if (!this.#waiting.has(inbox)) this.isIndebted(inbox)
  }

  /** Afterwards they all rest, so that the others find the loop idle. */
  #runIndebted(inboxes: readonly Inbox[]): void {
    const least = this.#left - INDEBTED_TURN
    for (const inbox of inboxes) {
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
    this.#waiting.delete(inbox) // whoever has more waits again
    this.#given = Math.max(this.#given, inbox.given)
    inbox.run(slice)
  }
}

/**
 * There is one event loop, whatever the number of replicators. So the rest of the indebted is by the system's clock: streams whose
 * hosts have clocks of their own rest together, because they wait for the same loop.
 */
export const turns: Turns = new Turns()
