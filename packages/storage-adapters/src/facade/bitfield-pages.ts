import b4a from 'b4a'
import type { EngineIterator, Entry } from '@manycore/kv'
import { PAGES_AS_KEYS } from '../defaults.js'

// Of a key of hypercore-storage 3.3.1, lib/keys.js:211: data, pointer, bitfield, page, 0.
const DATA = 4
const BITFIELD = 5

/**
 * The keys of the bitfield pages in a range, when that is all there can be in it and they are few. Opening a
 * core reads its bitfield as a range (hypercore 11.37.1 lib/bitfield.js:528), mostly of one page, and a get
 * costs a fraction of an iterator.
 * @param gte  included
 * @param lt   excluded
 * @returns    null = another range
 */
export function bitfieldPages(gte: Uint8Array, lt: Uint8Array): Uint8Array[] | null {
  if (gte[0] !== DATA || gte.byteLength !== lt.byteLength) return null
  const at = 1 + pointerBytes(gte[1]!)
  if (gte.byteLength !== at + 3 || gte[at] !== BITFIELD || gte[at + 2] !== 0 || lt[at + 2] !== 0) return null
  if (!b4a.equals(gte.subarray(0, at + 1), lt.subarray(0, at + 1))) return null
  const [first, end] = [gte[at + 1]!, lt[at + 1]!]
  if (first >= end || end > PAGES_AS_KEYS) return null

  return Array.from({ length: end - first }, (_, i) => {
    const key = b4a.from(gte)
    key[at + 1] = first + i
    return key
  })
}

/** Length of an unsigned integer by its first byte: index-encoder 3.5.0 index.js:107. */
function pointerBytes(first: number): number {
  return { 0xfc: 3, 0xfd: 5, 0xfe: 9 }[first] ?? 1
}

/** A few keys in order, read like a range: those that are absent are left out. */
export class KeyCursor implements EngineIterator {
  #keys: readonly Uint8Array[]
  readonly #get: (key: Uint8Array) => Promise<Uint8Array | null>

  constructor(keys: readonly Uint8Array[], get: (key: Uint8Array) => Promise<Uint8Array | null>) {
    this.#keys = keys
    this.#get = get
  }

  /** @returns all of them, however few are asked for; then none */
  async next(): Promise<Entry[]> {
    const keys = this.#keys
    this.#keys = []
    const values = await Promise.all(keys.map((key) => this.#get(key)))
    return keys.flatMap((key, i) => (values[i] === null ? [] : [{ key, value: values[i]! }]))
  }

  async close(): Promise<void> {}
}
