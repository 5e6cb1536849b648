import b4a from 'b4a'
import { BLOOM_BITS_PER_KEY, BLOOM_PROBES } from '../defaults.js'

/** Seeds of the two hashes of a key; part of the format. */
const SEEDS = [0, 0x9747b28c] as const

const MIN_BYTES = 16

/** Makes a Bloom filter of keys whose number is known only at the end. */
export class BloomBuilder {
  #hashes = new Uint32Array(2048)
  #length = 0

  add(key: Uint8Array): void {
    if (this.#length === this.#hashes.length) {
      const wider = new Uint32Array(2 * this.#length)
      wider.set(this.#hashes)
      this.#hashes = wider
    }
    this.#hashes[this.#length++] = hashKey(key, SEEDS[0])
    this.#hashes[this.#length++] = hashKey(key, SEEDS[1])
  }

  /** The bytes of the filter; none, if there are no keys. */
  finish(): Uint8Array {
    const keys = this.#length / 2
    // In too small a filter, the probes of a few keys would collide.
    const bytes = b4a.alloc(keys === 0 ? 0 : Math.max(MIN_BYTES, Math.ceil((keys * BLOOM_BITS_PER_KEY) / 8)))
    const bits = 8 * bytes.byteLength
    for (let i = 0; i < this.#length; i += 2) {
      let hash = this.#hashes[i]!
      for (let probe = 0; probe < BLOOM_PROBES; probe++) {
        const bit = hash % bits
        bytes[bit >>> 3]! |= 1 << (bit & 7)
        hash = (hash + this.#hashes[i + 1]!) >>> 0
      }
    }
    return bytes
  }
}

/** False = the key was not added. True = it probably was. */
export function bloomHas(bytes: Uint8Array, key: Uint8Array): boolean {
  const bits = 8 * bytes.byteLength
  if (bits === 0) return false
  let hash = hashKey(key, SEEDS[0])
  const step = hashKey(key, SEEDS[1])
  for (let probe = 0; probe < BLOOM_PROBES; probe++) {
    const bit = hash % bits
    if ((bytes[bit >>> 3]! & (1 << (bit & 7))) === 0) return false
    hash = (hash + step) >>> 0
  }
  return true
}

/** MurmurHash3, x86, 32 bits (Austin Appleby, public domain): https://github.com/aappleby/smhasher */
export function hashKey(key: Uint8Array, seed: number): number {
  const whole = key.byteLength & ~3
  let hash = seed
  for (let i = 0; i < whole; i += 4) {
    hash ^= mixed(key[i]! | (key[i + 1]! << 8) | (key[i + 2]! << 16) | (key[i + 3]! << 24))
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  let rest = 0
  for (let i = key.byteLength - 1; i >= whole; i--) rest = (rest << 8) | key[i]!
  hash ^= mixed(rest) ^ key.byteLength

  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function mixed(word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51)
  return Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593)
}
