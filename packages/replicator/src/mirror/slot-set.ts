/** A set of slots, a bit each. */
export class SlotSet {
  #bits = new Uint8Array(0)

  has(slot: number): boolean {
    return ((this.#bits[slot >> 3] ?? 0) & (1 << (slot & 7))) !== 0
  }

  add(slot: number): void {
    if (slot >> 3 >= this.#bits.length) {
      const bits = new Uint8Array(Math.max(64, ((slot >> 3) + 1) * 2))
      bits.set(this.#bits)
      this.#bits = bits
    }
    this.#bits[slot >> 3]! |= 1 << (slot & 7)
  }

  delete(slot: number): void {
    if (slot >> 3 < this.#bits.length) this.#bits[slot >> 3]! &= ~(1 << (slot & 7))
  }

  clear(): void {
    this.#bits = new Uint8Array(0)
  }
}
