import { SUM_BYTES } from '../defaults.js'
import { addSum, subtractSum } from '../bytes/sum.js'

/** How many items there are in a range, and the sum of their hashes. */
export class Tally {
  count = 0
  readonly sum: Uint8Array = new Uint8Array(SUM_BYTES)

  add(count: number, bytes: Uint8Array, sumOffset: number): void {
    this.count += count
    addSum(this.sum, 0, bytes, sumOffset)
  }

  subtract(count: number, bytes: Uint8Array, sumOffset: number): void {
    this.count -= count
    subtractSum(this.sum, 0, bytes, sumOffset)
  }

  /** What is left of this without another, as a new tally. */
  without(other: Tally): Tally {
    const rest = new Tally()
    rest.add(this.count, this.sum, 0)
    rest.subtract(other.count, other.sum, 0)
    return rest
  }
}
