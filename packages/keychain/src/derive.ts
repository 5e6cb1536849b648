import type { KeyPair } from '@manycore/hypercore-types'
import crypto from 'hypercore-crypto'
import sodium from 'sodium-universal'
import { allocate } from './allocate.js'
import { checkKeyBytes, nameBytes } from './check.js'
import { KEY_BYTES } from './defaults.js'

// Corestore's domain separator: BLAKE2b-256 of (BLAKE2b-256 of 'corestore' ‖ byte 0).
const [CORESTORE] = crypto.namespace('corestore', 1) as [Uint8Array]

/**
 * The id of a namespace within another. No secret goes in: whoever knows the names can compute it.
 * @param parent  32 bytes; the root namespace is 32 zero bytes
 * @param name    any length, empty allowed; a string counts as its UTF-8 bytes
 * @returns       32 bytes, the caller's own: BLAKE2b-256(parent ‖ name)
 * @throws        BAD_ARGUMENT
 */
export function deriveNamespace(parent: Uint8Array, name: string | Uint8Array): Uint8Array {
  checkKeyBytes('parent', parent)
  const namespace = allocate(KEY_BYTES)
  sodium.crypto_generichash_batch(namespace, [parent, nameBytes(name)])
  return namespace
}

/**
 * The Ed25519 seed of a name within a namespace: as secret as the key pair it gives.
 * @param primaryKey  32 bytes; neither kept nor changed, as are the others
 * @param namespace   32 bytes, from `deriveNamespace()`
 * @param name        any length, empty allowed; a string counts as its UTF-8 bytes
 * @returns           32 bytes, the caller's own: BLAKE2b-256(key = primaryKey, separator ‖ namespace ‖ name)
 * @throws            BAD_ARGUMENT
 */
export function deriveSeed(
  primaryKey: Uint8Array,
  namespace: Uint8Array,
  name: string | Uint8Array
): Uint8Array {
  checkKeyBytes('primaryKey', primaryKey)
  checkKeyBytes('namespace', namespace)
  const seed = allocate(KEY_BYTES)
  sodium.crypto_generichash_batch(seed, [CORESTORE, namespace, nameBytes(name)], primaryKey)
  return seed
}

/**
 * The key pair of a name within a namespace. Parameters as for `deriveSeed()`.
 * @returns  an Ed25519 key pair, the caller's own; its halves share no memory, so that handing over the
 *           public key's ArrayBuffer does not hand over the secret
 * @throws   BAD_ARGUMENT
 */
export function deriveKeyPair(
  primaryKey: Uint8Array,
  namespace: Uint8Array,
  name: string | Uint8Array
): KeyPair {
  const seed = deriveSeed(primaryKey, namespace, name)
  const publicKey = allocate(sodium.crypto_sign_PUBLICKEYBYTES)
  const secretKey = allocate(sodium.crypto_sign_SECRETKEYBYTES)
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
  sodium.sodium_memzero(seed)
  return { publicKey, secretKey }
}
