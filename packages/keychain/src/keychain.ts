import { readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { KeyPair, ManifestInput } from '@manycore/hypercore-types'
import crypto from 'hypercore-crypto'
import sodium from 'sodium-universal'
import { allocate, copy } from './allocate.js'
import { checkKeyBytes, checkManifestVersion } from './check.js'
import { KEY_BYTES, MANIFEST_VERSION } from './defaults.js'
import { deriveKeyPair, deriveNamespace } from './derive.js'
import { KeyMemory } from './key-memory.js'

/** Options of `new Keychain()`. */
export interface KeychainOptions {
  /** 32 bytes, copied: the namespace that names are derived in. */
  namespace?: Uint8Array
}

/** Options of `keychain.coreOptions()`. */
export interface CoreKeyOptions {
  /** 0 to 3. The default is Corestore 7's. Another version gives another core key. */
  manifestVersion?: number
}

const KEYCHAIN = {
  namespace: {
    check(field, value) {
      checkKeyBytes(field, value)
      return value
    },
    otherwise: 'the root namespace, 32 zero bytes'
  }
} satisfies OptionTable<KeychainOptions>

const CORE_KEY = {
  manifestVersion: {
    check(field, value) {
      checkManifestVersion(field, value)
      return value
    },
    default: MANIFEST_VERSION,
    unit: 'version'
  }
} satisfies OptionTable<CoreKeyOptions>

/** What `new Hypercore(storage, options)` needs to be the core of a name. */
export interface CoreKeyMaterial {
  /** The Ed25519 key pair of the name. */
  keyPair: KeyPair
  /** The manifest that the core's key is the hash of. */
  manifest: ManifestInput
}

/**
 * Gives every name its key pair, from one primary key: the keys that Corestore 6 and 7 give.
 * Derivation is synchronous and keeps nothing; the same input gives the same keys for ever.
 */
export class Keychain {
  readonly #memory: KeyMemory
  readonly #ns: Uint8Array

  /** A keychain of a new random primary key. */
  static generate(): Keychain {
    const primaryKey = crypto.randomBytes(KEY_BYTES)
    const keychain = new Keychain(primaryKey)
    sodium.sodium_memzero(primaryKey)
    return keychain
  }

  /**
   * @param primaryKey  32 secret bytes, copied: erase yours when you can. Or a keychain, whose one copy of
   *                    the primary key is then shared (its namespace is not taken over)
   * @throws            BAD_ARGUMENT; KEYCHAIN_DESTROYED when given a destroyed keychain
   */
  constructor(primaryKey: Uint8Array | Keychain, opts?: KeychainOptions) {
    const { namespace } = readOptions(opts, KEYCHAIN)
    this.#ns = namespace === undefined ? allocate(KEY_BYTES) : copy(namespace)
    if (primaryKey instanceof Keychain) {
      this.#memory = primaryKey.#memory.share()
    } else {
      checkKeyBytes('primaryKey', primaryKey)
      this.#memory = new KeyMemory(primaryKey)
    }
  }

  /** The namespace names are derived in: 32 bytes, a fresh copy. Not a secret. */
  get ns(): Uint8Array {
    return copy(this.#ns)
  }

  /** 32 secret bytes, a fresh copy that `destroy()` does not reach. @throws KEYCHAIN_DESTROYED */
  get primaryKey(): Uint8Array {
    return copy(this.#memory.bytes)
  }

  /**
   * A keychain of a namespace within this one. It shares this one's copy of the primary key and dies with it.
   * @param name  any length, empty allowed; a string counts as its UTF-8 bytes
   * @throws      BAD_ARGUMENT, KEYCHAIN_DESTROYED
   */
  namespace(name: string | Uint8Array): Keychain {
    return new Keychain(this, { namespace: deriveNamespace(this.#ns, name) })
  }

  /**
   * The key pair of a name.
   * @param name  any length, empty allowed; a string counts as its UTF-8 bytes
   * @param ns    32 bytes; default: this keychain's namespace
   * @returns     fresh copies, the caller's own; `destroy()` does not reach them
   * @throws      BAD_ARGUMENT, KEYCHAIN_DESTROYED
   */
  createKeyPair(name: string | Uint8Array, ns: Uint8Array = this.#ns): KeyPair {
    checkKeyBytes('ns', ns)
    return deriveKeyPair(this.#memory.bytes, ns, name)
  }

  /**
   * The options that make a plain Hypercore the core of a name: `new Hypercore(dir, keychain.coreOptions('log'))`
   * has the key that `new Corestore(dir, { primaryKey }).get({ name: 'log' })` has.
   * @throws  BAD_ARGUMENT, KEYCHAIN_DESTROYED
   */
  coreOptions(name: string | Uint8Array, opts?: CoreKeyOptions): CoreKeyMaterial {
    const { manifestVersion } = readOptions(opts, CORE_KEY)
    const keyPair = this.createKeyPair(name)
    return { keyPair, manifest: { version: manifestVersion, signers: [{ publicKey: keyPair.publicKey }] } }
  }

  /**
   * Overwrites the primary key with zeros, for this keychain, the one it came from and all their namespaces:
   * they share one copy. Idempotent. What was handed out before (key pairs, `primaryKey`) is not reached.
   */
  destroy(): void {
    this.#memory.erase()
  }
}
