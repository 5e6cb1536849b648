import b4a from 'b4a'
import sodium from 'sodium-universal'
import { KeychainError } from './errors.js'

/**
 * Returns zeroed bytes in an ArrayBuffer of their own. V8 puts a typed array of up to 64 bytes on its heap, where the
 * garbage collector moves it around and leaves copies behind that nothing erases. The bytes of an ArrayBuffer never move.
 */
export function allocate(byteLength: number): Uint8Array {
  return b4a.from(new ArrayBuffer(byteLength))
}

/** Returns a copy in memory of its own. */
export function copy(bytes: Uint8Array): Uint8Array {
  const out = allocate(bytes.byteLength)
  out.set(bytes)
  return out
}

/** The one copy of a primary key, shared by a keychain and its namespaces. */
export class KeyMemory {
  readonly #bytes: Uint8Array
  #erased = false

  constructor(primaryKey: Uint8Array) {
    this.#bytes = copy(primaryKey)
  }

  /** The memory itself, which must never leave this package. @throws KEYCHAIN_DESTROYED */
  get bytes(): Uint8Array {
    return this.share().#bytes
  }

  /** Returns this same memory, for one more keychain. @throws KEYCHAIN_DESTROYED */
  share(): this {
    if (this.#erased) throw new KeychainError('KEYCHAIN_DESTROYED', 'the primary key was erased by destroy()')
    return this
  }

  erase(): void {
    this.#erased = true
    sodium.sodium_memzero(this.#bytes)
  }
}
