import sodium from 'sodium-universal'
import { writeU48 } from '@manycore/ground'
import { FINGERPRINT_BYTES, SUM_BYTES } from '../defaults.js'
import { copyOf } from '../bytes/copy.js'
import type { Layout } from './layout.js'
import type { Tally } from './tally.js'

/** What is hashed begins with one of these, so that nothing of one kind can pass for another. */
const ITEM = 0
const RANGE = 1
const SETTINGS = 2
const RECORD = 3

const COUNT_BYTES = 8
const CHECK_BYTES = 8
const SETTINGS_CHECK_BYTES = 4

/** The hashes of an index: BLAKE2b-256 with its secret as the key, if it has one. */
export class Hasher {
  readonly #secret: Uint8Array | undefined
  readonly #item: Uint8Array
  readonly #range = new Uint8Array(1 + SUM_BYTES + COUNT_BYTES)
  readonly #out = new Uint8Array(SUM_BYTES)
  readonly #layout: Layout

  constructor(layout: Layout, secret: Uint8Array | null) {
    this.#layout = layout
    this.#secret = secret === null ? undefined : copyOf(secret)
    this.#item = new Uint8Array(1 + layout.itemBytes)
    this.#item[0] = ITEM
    this.#range[0] = RANGE
  }

  /** The hash of the item at a place. The array that it returns is overwritten by the next call of any method. */
  item(bytes: Uint8Array, offset: number): Uint8Array {
    const item = this.#item
    for (let i = 0; i < this.#layout.itemBytes; i++) item[i + 1] = bytes[offset + i]!
    sodium.crypto_generichash(this.#out, item, this.#secret)
    return this.#out
  }

  /** The fingerprint of a range, a fresh array. */
  range(tally: Tally): Uint8Array {
    this.#range.set(tally.sum, 1)
    writeU48(this.#range, 1 + SUM_BYTES, tally.count)
    sodium.crypto_generichash(this.#out, this.#range, this.#secret)
    return this.#out.slice(0, FINGERPRINT_BYTES)
  }

  /** What two indexes with the same lengths and secret have in common, and others but once in 2^32 do not. */
  settings(): Uint8Array {
    const { idBytes, versionBytes } = this.#layout
    sodium.crypto_generichash(this.#out, Uint8Array.of(SETTINGS, idBytes, versionBytes), this.#secret)
    return this.#out.slice(0, SETTINGS_CHECK_BYTES)
  }

  /** The checksum of a stored record, which depends on its key as well, and not on the secret. */
  record(key: Uint8Array, record: Uint8Array): Uint8Array {
    sodium.crypto_generichash_batch(this.#out, [Uint8Array.of(RECORD), key, record])
    return this.#out.slice(0, CHECK_BYTES)
  }
}
