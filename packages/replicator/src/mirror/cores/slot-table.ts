/** What has been removed from a place; a search goes on behind it. */
const GONE = 0xffffffff

/**
 * Finds slots by the hashes they are known by: keys or ids whose bytes are spread evenly. About 16 bytes per slot. Open
 * addressing: a hash goes to the place that its first four bytes say, or to the next one that is free.
 */
export class SlotTable {
  /** The first four bytes of each hash. */
  #heads = new Uint32Array(64)
  /** The slots, plus one; 0 = free. */
  #slots = new Uint32Array(64)
  /** How many places are not free, with those of what was removed. */
  #used = 0
  #size = 0

  /** @param isSlot  whether this hash is that of the slot */
  find(hash: Uint8Array, isSlot: (slot: number) => boolean): number {
    const head = headOf(hash)
    const mask = this.#slots.length - 1
    for (let place = head & mask; this.#slots[place] !== 0; place = (place + 1) & mask) {
      const slot = this.#slots[place]!
      if (slot !== GONE && this.#heads[place] === head && isSlot(slot - 1)) return slot - 1
    }
    return -1
  }

  /** Adds a slot that is not in it. */
  add(hash: Uint8Array, slot: number): void {
    if ((this.#used + 1) * 2 > this.#slots.length) this.#grow()
    this.#put(headOf(hash), slot + 1)
    this.#size++
  }

  delete(hash: Uint8Array, slot: number): void {
    const mask = this.#slots.length - 1
    for (let place = headOf(hash) & mask; this.#slots[place] !== 0; place = (place + 1) & mask) {
      if (this.#slots[place] !== slot + 1) continue
      this.#slots[place] = GONE
      this.#size--
      return
    }
  }

  #grow(): void {
    const [heads, slots] = [this.#heads, this.#slots]
    const length = this.#size * 4 > slots.length ? slots.length * 2 : slots.length
    this.#heads = new Uint32Array(length)
    this.#slots = new Uint32Array(length)
    this.#used = 0
    for (const [place, slot] of slots.entries()) {
      if (slot !== 0 && slot !== GONE) this.#put(heads[place]!, slot)
    }
  }

  #put(head: number, value: number): void {
    const mask = this.#slots.length - 1
    let place = head & mask
    while (this.#slots[place] !== 0) place = (place + 1) & mask
    this.#heads[place] = head
    this.#slots[place] = value
    this.#used++
  }
}

function headOf(hash: Uint8Array): number {
  return ((hash[0]! << 24) | (hash[1]! << 16) | (hash[2]! << 8) | hash[3]!) >>> 0
}
