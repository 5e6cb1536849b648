import { readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { KeyPair, ManifestInput } from '@manycore/hypercore-types'
import crypto from 'hypercore-crypto'
import sodium from 'sodium-universal'
import { checkKeyBytes, checkManifestVersion } from './check.js'
import { KEY_BYTES, MANIFEST_VERSION } from './defaults.js'
import { deriveKeyPair, deriveNamespace } from './derive.js'
import { KeyMemory, allocate, copy } from './key-memory.js'

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
 * Derives the key pair of every name from one primary key. The keys are those that Corestore 6 and 7 derive. Deriving is
 * synchronous and keeps nothing, and the same input always gives the same keys.
 */
export class Keychain {
  readonly #memory: KeyMemory
  readonly #ns: Uint8Array

  /** Makes a keychain with a new random primary key. */
  static generate(): Keychain {
    const primaryKey = crypto.randomBytes(KEY_BYTES)
    const keychain = new Keychain(primaryKey)
    sodium.sodium_memzero(primaryKey)
    return keychain
  }

  /**
   * @param primaryKey  32 secret bytes, which are copied: erase yours as soon as you can. Or a keychain, whose copy of the
   *                    primary key is then shared, but not its namespace
   * @throws            BAD_ARGUMENT; KEYCHAIN_DESTROYED if it is a destroyed keychain
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

  /** The namespace in which names are derived: 32 bytes, a fresh copy. It is no secret. */
  get ns(): Uint8Array {
    return copy(this.#ns)
  }

  /** The primary key: 32 secret bytes, a fresh copy that `destroy()` does not erase. @throws KEYCHAIN_DESTROYED */
  get primaryKey(): Uint8Array {
    return copy(this.#memory.bytes)
  }

  /**
   * Makes a keychain for a namespace within this one. Both share one copy of the primary key, which `destroy()` of either
   * erases.
   * @param name  of any length, even empty; a string stands for its UTF-8 bytes
   * @throws      BAD_ARGUMENT, KEYCHAIN_DESTROYED
   */
  namespace(name: string | Uint8Array): Keychain {
    return new Keychain(this, { namespace: deriveNamespace(this.#ns, name) })
  }

  /**
   * Derives the key pair of a name.
   * @param name  of any length, even empty; a string stands for its UTF-8 bytes
   * @param ns    the namespace, 32 bytes; default: that of this keychain
   * @returns     an Ed25519 key pair, 32 and 64 bytes, which belongs to the caller; `destroy()` does not erase it
   * @throws      BAD_ARGUMENT, KEYCHAIN_DESTROYED
   */
  createKeyPair(name: string | Uint8Array, ns: Uint8Array = this.#ns): KeyPair {
    checkKeyBytes('ns', ns)
    return deriveKeyPair(this.#memory.bytes, ns, name)
  }

  /**
   * Returns the options that make a plain Hypercore the core of a name: `new Hypercore(dir, keychain.coreOptions('log'))`
   * has the same key as `new Corestore(dir, { primaryKey, unsafe: true }).get({ name: 'log' })`.
   * @throws  BAD_ARGUMENT, KEYCHAIN_DESTROYED
   */
  coreOptions(name: string | Uint8Array, opts?: CoreKeyOptions): CoreKeyMaterial {
    const { manifestVersion } = readOptions(opts, CORE_KEY)
    const keyPair = this.createKeyPair(name)
    return { keyPair, manifest: { version: manifestVersion, signers: [{ publicKey: keyPair.publicKey }] } }
  }

  /**
   * Overwrites the primary key with zeros, for this keychain, the one it was made from and all their namespaces, which share
   * one copy. Idempotent. It does not erase what was returned before: key pairs, and copies from `primaryKey`.
   */
  destroy(): void {
    this.#memory.erase()
  }
}
