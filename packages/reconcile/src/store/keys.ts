import { copyOf } from '../bytes/copy.js'
import { compare, compareKeys } from '../bytes/order.js'

const HEAD = 0
const NODES = 1
const RUNS = 2

/** The keys of an index in its store: all of them begin with its prefix. */
export class Keys {
  readonly #prefix: Uint8Array

  constructor(prefix: Uint8Array) {
    this.#prefix = copyOf(prefix)
  }

  head(): Uint8Array {
    return this.#key(HEAD, [])
  }

  /** Of a node, or, of the number after the last node, the end of all before it. */
  node(number: number): Uint8Array {
    const high = Math.floor(number / 2 ** 32)
    return this.#key(NODES, [high >>> 8, high, ...u32(number)])
  }

  endOfNodes(): Uint8Array {
    return this.#key(NODES + 1, [])
  }

  /** Of a block of a run of sorted items, which exists only while an index is rebuilt. */
  block(run: number, block: number): Uint8Array {
    return this.#key(RUNS, [...u32(run), ...u32(block)])
  }

  startOfRuns(): Uint8Array {
    return this.#key(RUNS, [])
  }

  endOfRuns(): Uint8Array {
    return this.#key(RUNS + 1, [])
  }

  /** Does a key belong to the index? */
  has(key: Uint8Array): boolean {
    const prefix = this.#prefix
    return key.byteLength >= prefix.byteLength && compare(key, 0, prefix, 0, prefix.byteLength) === 0
  }

  /** Does `[start, end)` have keys that belong to the index? */
  overlaps(start: Uint8Array, end: Uint8Array): boolean {
    if (compareKeys(start, end) >= 0) return false
    // All of them follow the prefix: a range that ends behind it has the first of them, or begins among or behind them.
    return compareKeys(end, this.#prefix) > 0 && (this.has(start) || compareKeys(start, this.#prefix) < 0)
  }

  #key(kind: number, rest: readonly number[]): Uint8Array {
    const key = new Uint8Array(this.#prefix.byteLength + 1 + rest.length)
    key.set(this.#prefix)
    key[this.#prefix.byteLength] = kind
    key.set(rest, this.#prefix.byteLength + 1)
    return key
  }
}

/** Big-endian, so that numbers are in order. */
function u32(number: number): number[] {
  return [24, 16, 8, 0].map((bits) => (number >>> bits) & 255)
}
