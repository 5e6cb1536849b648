import sodium from 'sodium-universal'
import { copy } from './allocate.js'
import { KeychainError } from './errors.js'

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
