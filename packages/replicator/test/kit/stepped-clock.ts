import { ManualClock } from './manual-clock.js'

/** A clock whose time the test sets as well. */
export class SteppedClock extends ManualClock {
  ms = 0

  override now(): number {
    return this.ms
  }
}
