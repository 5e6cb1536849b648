// What mirrors say to each other, in an encoder of our own, from docs/adr/0020-mirrors.md and docs/reconcile.md.
import sodium from 'sodium-universal'

/** The types of the messages of the channel. */
export const MIRROR = { frame: 0, news: 1, gone: 2, join: 3, leave: 4, part: 5 }

export const ID_BYTES = 16
const VERSION_BYTES = 8
const STATE_BYTES = 26
const NAME = Buffer.from('manycore/mirror/1')
const [ID, VERSION, PAD, SECRET] = [0, 1, 2, 3]

/** Both ways, and with a bit that asks for an answer. */
const WAYS = 3
const ASKS = 4

/** The format of frames, and their flags. */
const [FORMAT, HELLO] = [1, 2]
const [FINGERPRINT, ITEMS] = [1, 2]

/**
 * A message between a mirror there and one of ours, or of ours alone.
 * @param {number} type
 * @param {readonly number[]} numbers  of 4 bytes each
 * @param {Uint8Array} [bytes]
 */
export function mirrorMessage(type, numbers, bytes = Buffer.alloc(0)) {
  return Buffer.concat([Buffer.from([type]), ...numbers.map(u32), bytes])
}

/**
 * The handshake of the channel.
 * @param {readonly number[]} numbers  of our mirrors
 */
export function hello(numbers) {
  return Buffer.concat([Buffer.from([1, numbers.length]), ...numbers.map(u32)])
}

/** How the two ends of a stream speak of cores. */
export class Elements {
  #salt
  /** 32 bytes, with which both sides hash */
  #secret

  /**
   * @param {Uint8Array} ours    static public keys
   * @param {Uint8Array} theirs
   */
  constructor(ours, theirs) {
    const [low, high] = Buffer.compare(ours, theirs) < 0 ? [ours, theirs] : [theirs, ours]
    this.#salt = hash(Buffer.concat([NAME, low, high]))
    this.#secret = this.#salted(SECRET, this.#salt.subarray(0, STATE_BYTES), this.#salt)
  }

  /** @param {Uint8Array} key  of a core */
  id(key) {
    return this.#salted(ID, Buffer.alloc(0), key).subarray(0, ID_BYTES)
  }

  /**
   * News of a core.
   * @param {Uint8Array} key
   * @param {object} state
   * @param {number} state.length
   * @param {number} [state.held]
   * @param {number} [state.fork]
   * @param {boolean} [state.asks]
   */
  news(key, { length, held = length, fork = 0, asks = false }) {
    const state = Buffer.alloc(STATE_BYTES)
    for (const [i, value] of [fork, length, held].entries()) state.writeUIntLE(value, 6 * i, 6)
    const head = Buffer.concat([this.id(key), this.#salted(VERSION, state, key).subarray(0, VERSION_BYTES)])
    const said = Buffer.concat([state, Buffer.from([WAYS | (asks ? ASKS : 0)])])
    const pad = this.#salted(PAD, head, key)
    return Buffer.concat([head, said.map((byte, i) => byte ^ (pad[i] ?? 0))])
  }

  /** The beginning of the first frame of a comparison. */
  get hello() {
    const settings = Buffer.from([ID_BYTES, VERSION_BYTES])
    const check = hash(Buffer.concat([Buffer.from([2]), settings]), this.#secret).subarray(0, 4)
    return Buffer.concat([Buffer.from([FORMAT, HELLO]), settings, check])
  }

  /**
   * @param {number} kind
   * @param {Uint8Array} input
   * @param {Uint8Array} key
   */
  #salted(kind, input, key) {
    return hash(Buffer.concat([this.#salt, Buffer.from([kind]), input]), key)
  }
}

/** The beginning of any other frame. */
export const LATER = Buffer.from([FORMAT, 0])

/**
 * The fingerprint of a range, which is wrong.
 * @param {Uint8Array} end  a bound, without zeros at its end; none = behind everything
 */
export function fingerprint(end) {
  return Buffer.concat([Buffer.from([FINGERPRINT * 64 + end.byteLength]), end, Buffer.alloc(16, 7)])
}

/**
 * All that we have in a range.
 * @param {Uint8Array} end
 * @param {readonly Uint8Array[]} [items]
 */
export function items(end, items = []) {
  return Buffer.concat([Buffer.from([ITEMS * 64 + end.byteLength]), end, varint(items.length), ...items])
}

/**
 * Bounds that part all ids into so many ranges, of about the same size; the last one has none.
 * @param {number} count  65,536 at most
 */
export function bounds(count) {
  return Array.from({ length: count }, (_, i) => {
    const at = Math.floor(((i + 1) * 65_536) / count)
    if (i === count - 1) return Buffer.alloc(0)
    return at % 256 === 0 ? Buffer.from([at >> 8]) : Buffer.from([at >> 8, at & 255])
  })
}

/** @param {number} value  of 3 bytes at most */
function varint(value) {
  const bytes = []
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128)
  return Buffer.from([...bytes, value])
}

/** @param {number} value */
function u32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/**
 * @param {Uint8Array} bytes
 * @param {Uint8Array} [key]
 */
function hash(bytes, key) {
  const out = Buffer.alloc(32)
  sodium.crypto_generichash(out, bytes, key)
  return out
}
