import { IdSet } from '../cores/id-set.js'

// Which ways a core may go on a stream, as the policies of one end say. What is said of a core has it, too.
const GIVES = 1
const TAKES = 2
/** Beside them: who says it does not know what the other end has, and waits for an answer. */
export const ASKS = 4
/** And who says that its store is not the only one at its end of the stream. */
export const SHARES = 8

/** Which ways cores may go, as one end says: both, unless it has said otherwise. Cores are named by their ids. */
export class Ways {
  readonly #kept = new IdSet()
  readonly #declined = new IdSet()

  /** Whether no core is restricted. */
  get isOpen(): boolean {
    return this.#kept.size + this.#declined.size === 0
  }

  gives(id: Uint8Array): boolean {
    return !this.#kept.has(id)
  }

  takes(id: Uint8Array): boolean {
    return !this.#declined.has(id)
  }

  /** @returns a byte that says it */
  of(id: Uint8Array): number {
    return (this.gives(id) ? GIVES : 0) | (this.takes(id) ? TAKES : 0)
  }

  /** @param ways  what `of()` returns, of anybody */
  note(id: Uint8Array, ways: number): void {
    this.set(id, (ways & GIVES) !== 0, (ways & TAKES) !== 0)
  }

  set(id: Uint8Array, gives: boolean, takes: boolean): void {
    this.delete(id)
    if (!gives) this.#kept.add(id)
    if (!takes) this.#declined.add(id)
  }

  delete(id: Uint8Array): void {
    this.#kept.delete(id)
    this.#declined.delete(id)
  }

  clear(): void {
    this.#kept.clear()
    this.#declined.clear()
  }
}
