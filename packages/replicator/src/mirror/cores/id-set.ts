/** What has been removed from a place; a search goes on behind it. */
const GONE = 1

/**
 * A set of ids, of which it keeps the first eight bytes: 16 to 32 bytes of memory each. Ids are hashes, so that two of them do not
 * begin alike by chance; who finds two on purpose has made a core that is told of once too rarely.
 */
export class IdSet {
  /** Two numbers per place. A first one of 0 means that it is free. */
  #places = new Uint32Array(0)
  #used = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  has(id: Uint8Array): boolean {
    return this.#find(id) !== -1
  }

  add(id: Uint8Array): void {
    if (this.has(id)) return
    if ((this.#used + 1) * 4 > this.#places.length) this.#grow()
    this.#put(firstOf(id), secondOf(id))
    this.#size++
  }

  /** @returns whether it was in it */
  delete(id: Uint8Array): boolean {
    const at = this.#find(id)
    if (at === -1) return false
    this.#places[at] = GONE
    this.#places[at + 1] = 0
    this.#size--
    return true
  }

  clear(): void {
    this.#places = new Uint32Array(0)
    this.#used = 0
    this.#size = 0
  }

  #find(id: Uint8Array): number {
    const { length } = this.#places
    if (length === 0) return -1
    const [first, second] = [firstOf(id), secondOf(id)]
    for (let at = placeOf(second, length); this.#places[at] !== 0; at = (at + 2) % length) {
      if (this.#places[at] === first && this.#places[at + 1] === second) return at
    }
    return -1
  }

  #grow(): void {
    const places = this.#places
    this.#places = new Uint32Array(
      Math.max(64, this.#size * 6 > places.length ? places.length * 2 : places.length)
    )
    this.#used = 0
    for (let at = 0; at < places.length; at += 2) {
      if (places[at]! > GONE) this.#put(places[at]!, places[at + 1]!)
    }
  }

  #put(first: number, second: number): void {
    const { length } = this.#places
    let at = placeOf(second, length)
    while (this.#places[at] !== 0) at = (at + 2) % length
    this.#places[at] = first
    this.#places[at + 1] = second
    this.#used++
  }
}

function placeOf(second: number, length: number): number {
  return (second % (length / 2)) * 2
}

/** Neither 0 nor GONE, which mean something else. */
function firstOf(id: Uint8Array): number {
  return ((id[0]! << 24) | (id[1]! << 16) | (id[2]! << 8) | id[3]! | 2) >>> 0
}

function secondOf(id: Uint8Array): number {
  return ((id[4]! << 24) | (id[5]! << 16) | (id[6]! << 8) | id[7]!) >>> 0
}
