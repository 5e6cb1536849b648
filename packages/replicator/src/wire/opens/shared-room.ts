/**
 * Room for a number of things that streams have wait, shared by all of them. A stream may have as many as are still free, so
 * the one that has most is refused first: 50 that take what they can get have a fiftieth each, and leave as much to
 * another. One alone may have half.
 */
export class SharedRoom {
  readonly #size: number
  #taken = 0

  constructor(size: number) {
    this.#size = size
  }

  /** @param own  what the stream has already */
  isFull(own: number): boolean {
    return own >= this.#size - this.#taken
  }

  take(): void {
    this.#taken++
  }

  leave(): void {
    this.#taken--
  }
}
