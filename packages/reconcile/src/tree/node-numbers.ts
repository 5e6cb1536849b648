const NUMBER_BYTES = 8

/** The names of nodes in the store. None is used twice: a node that is stored beside the stored tree must not overwrite one of it. */
export class NodeNumbers {
  /** Of the stored tree, and not of the one in memory: it needs them until that takes its place. */
  #freed: number[] = []
  /** Of neither. */
  #unused: number[] = []
  #next = 1
  /** Those of the stored tree are lower. */
  #firstNew = 1

  /** The number of the next node. */
  get next(): number {
    return this.#next
  }

  /** Bytes that the lists of numbers take. */
  get bytes(): number {
    return NUMBER_BYTES * (this.#freed.length + this.#unused.length)
  }

  take(): number {
    return this.#next++
  }

  /** May a node of the stored tree have this number? */
  isOfStored(number: number): boolean {
    return number < this.#firstNew
  }

  free(number: number): void {
    const numbers = this.isOfStored(number) ? this.#freed : this.#unused
    numbers.push(number)
  }

  /** Takes those that are to be deleted with the batch in which the tree in memory becomes the stored one. */
  takeFreed(): number[] {
    const freed = this.#freed.concat(this.#unused)
    this.#freed = []
    this.#unused = []
    this.#firstNew = this.#next // even if the batch fails: what failed may be stored
    return freed
  }

  /** Takes those that may be deleted at once. */
  takeUnused(): number[] {
    const unused = this.#unused
    this.#unused = []
    return unused
  }

  /** Gives back those that could not be deleted. */
  giveBack(freed: readonly number[]): void {
    this.#freed = this.#freed.concat(freed)
  }

  /** Says that nodes with the numbers up to `next` may be stored, and belong to no tree that is in memory. */
  abandon(next: number): void {
    while (this.#next < next) this.#freed.push(this.#next++)
    this.#firstNew = next
  }

  reset(next: number): void {
    this.#freed = []
    this.#unused = []
    this.#next = next
    this.#firstNew = next
  }
}
