import b4a from 'b4a'
import sodium from 'sodium-universal'
import { badMirror } from './bad-mirror.js'
import { STATE_BYTES } from './state.js'

export const ID_BYTES = 16
export const VERSION_BYTES = 8
/**
 * What tells a peer of a core: id, version, and what only who knows the core's key can read, the state and a byte that says which
 * ways the core may go.
 */
export const NEWS_BYTES: number = ID_BYTES + VERSION_BYTES + STATE_BYTES + 1

const SAID_AT: number = ID_BYTES + VERSION_BYTES
const SALT_BYTES = 32
const NAME = b4a.from('manycore/mirror/1')
/** What is hashed has one of these behind the salt, so that nothing of one kind can pass for another. */
const [ID, VERSION, PAD, SECRET] = [0, 1, 2, 3]

/**
 * How two peers speak of a core without giving it away. Each pair of peers has a salt, made from their static public keys, so that
 * nobody sees from outside that two pairs speak of the same core. Everything is a hash under the key of the core, so that
 * only who has that can tell which core is meant, in which state it is, or say something that others take.
 */
export class Elements {
  /** 32 bytes, the same at both ends. */
  readonly secret: Uint8Array
  readonly #salted: Uint8Array
  readonly #salt: Uint8Array
  readonly #out = new Uint8Array(32)

  /** @param ours, theirs  static public keys of the two ends, 32 bytes each */
  constructor(ours: Uint8Array, theirs: Uint8Array) {
    const [low, high] = b4a.compare(ours, theirs) <= 0 ? [ours, theirs] : [theirs, ours]
    this.#salt = new Uint8Array(SALT_BYTES)
    sodium.crypto_generichash_batch(this.#salt, [NAME, low, high])
    this.#salted = new Uint8Array(SALT_BYTES + 1 + STATE_BYTES)
    this.#salted.set(this.#salt)
    this.secret = this.#hash(SECRET, this.#salt, this.#salt).slice()
  }

  /** @param key  of the core, 32 bytes. @returns `ID_BYTES` bytes, good until the next call */
  idOf(key: Uint8Array): Uint8Array {
    return this.#hash(ID, null, key).subarray(0, ID_BYTES)
  }

  /** @returns `VERSION_BYTES` bytes, good until the next call */
  versionOf(key: Uint8Array, state: Uint8Array): Uint8Array {
    return this.#hash(VERSION, state, key).subarray(0, VERSION_BYTES)
  }

  /** @returns `NEWS_BYTES` bytes that say in which state our copy of a core is, and which ways it may go */
  seal(key: Uint8Array, state: Uint8Array, ways: number): Uint8Array {
    const news = new Uint8Array(NEWS_BYTES)
    news.set(this.idOf(key))
    const version = this.versionOf(key, state).slice()
    news.set(version, ID_BYTES)
    news.set(state, SAID_AT)
    news[SAID_AT + STATE_BYTES] = ways
    this.#mask(key, news)
    return news
  }

  /**
   * @param news  `NEWS_BYTES` bytes
   * @returns     the state that they say, `STATE_BYTES` bytes, and the byte of the ways; null if who made them does not know the
   *              key of the core
   */
  open(key: Uint8Array, news: Uint8Array): Uint8Array | null {
    const copy = news.slice()
    this.#mask(key, copy)
    const version = copy.subarray(ID_BYTES, SAID_AT)
    const said = copy.slice(SAID_AT)
    return b4a.equals(this.versionOf(key, said.subarray(0, STATE_BYTES)), version) ? said : null
  }

  #mask(key: Uint8Array, news: Uint8Array): void {
    const pad = this.#hash(PAD, news.subarray(ID_BYTES, SAID_AT), key)
    for (let i = 0; i <= STATE_BYTES; i++) news[SAID_AT + i]! ^= pad[i]!
  }

  #hash(kind: number, input: Uint8Array | null, key: Uint8Array): Uint8Array {
    const bytes = input?.byteLength ?? 0
    this.#salted[SALT_BYTES] = kind
    if (input !== null) this.#salted.set(input.subarray(0, STATE_BYTES), SALT_BYTES + 1)
    const end = SALT_BYTES + 1 + Math.min(bytes, STATE_BYTES)
    sodium.crypto_generichash(this.#out, this.#salted.subarray(0, end), key)
    return this.#out
  }
}

/** Several of what `seal()` returns, or several ids, as one message. */
export function joinNews(parts: readonly Uint8Array[]): Uint8Array {
  return b4a.concat(parts as Uint8Array[])
}

/** @throws BAD_MIRROR if it is not what `joinNews()` makes. @returns views of the message */
export function* splitNews(message: Uint8Array): Generator<Uint8Array, void, undefined> {
  const { byteLength } = message
  if (byteLength === 0 || byteLength % NEWS_BYTES !== 0) throw badMirror(`news of ${byteLength} bytes`)
  for (let at = 0; at < byteLength; at += NEWS_BYTES) yield message.subarray(at, at + NEWS_BYTES)
}

/** @throws BAD_MIRROR if it is not what `joinNews()` makes of ids. @returns copies */
export function splitIds(message: Uint8Array): Uint8Array[] {
  const { byteLength } = message
  if (byteLength === 0 || byteLength % ID_BYTES !== 0) throw badMirror(`ids of ${byteLength} bytes`)
  return Array.from({ length: byteLength / ID_BYTES }, (_, i) =>
    message.slice(i * ID_BYTES, (i + 1) * ID_BYTES)
  )
}
