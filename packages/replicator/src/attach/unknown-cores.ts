/** Discovery keys that were looked up and are not here; the oldest is forgotten for a new one. */
export class UnknownCores {
  readonly #most: number
  /** hex; in the order they came */
  readonly #ids = new Set<string>()

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#ids.size
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  add(id: string): void {
    if (this.#most === 0) return
    this.#ids.add(id)
    if (this.#ids.size <= this.#most) return
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest)
      return
    }
  }

  /** The core is here now. */
  delete(id: string): void {
    this.#ids.delete(id)
  }
}
