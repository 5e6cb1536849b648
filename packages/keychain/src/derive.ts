import type { KeyPair } from '@manycore/hypercore-types'
import crypto from 'hypercore-crypto'
import sodium from 'sodium-universal'
import { checkKeyBytes, nameBytes } from './check.js'
import { KEY_BYTES } from './defaults.js'
import { allocate } from './key-memory.js'

// Corestore's domain separator: BLAKE2b-256 of (BLAKE2b-256 of 'corestore' ‖ byte 0).
const [CORESTORE] = crypto.namespace('corestore', 1) as [Uint8Array]

/**
 * Derives the id of a namespace within another. It is no secret: whoever knows the names can compute it.
 * @param parent  32 bytes; the root namespace is 32 zero bytes
 * @param name    of any length, even empty; a string stands for its UTF-8 bytes
 * @returns       BLAKE2b-256(parent ‖ name), 32 bytes, which belong to the caller
 * @throws        BAD_ARGUMENT
 */
export function deriveNamespace(parent: Uint8Array, name: string | Uint8Array): Uint8Array {
  checkKeyBytes('parent', parent)
  const namespace = allocate(KEY_BYTES)
  sodium.crypto_generichash_batch(namespace, [parent, nameBytes(name)])
  return namespace
}

/**
 * Derives the Ed25519 seed of a name within a namespace. It is as secret as the key pair that follows from it.
 * @param primaryKey  32 bytes; like the other arguments it is neither kept nor changed
 * @param namespace   32 bytes, from `deriveNamespace()`
 * @param name        of any length, even empty; a string stands for its UTF-8 bytes
 * @returns           BLAKE2b-256(key = primaryKey, separator ‖ namespace ‖ name), 32 bytes, which belong to the caller
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
 * Derives the key pair of a name within a namespace. The parameters are those of `deriveSeed()`.
 * @returns  an Ed25519 key pair, 32 and 64 bytes, which belongs to the caller; its halves share no memory, so that passing
 *           on the public key's ArrayBuffer does not pass on the secret
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
