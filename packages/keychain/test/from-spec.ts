// docs/key-derivation.md written out, on @noble/curves and @noble/hashes: it shares no code with the package,
// with libsodium or with Hypercore. Copy it to reimplement the derivation elsewhere.
import { ed25519 } from '@noble/curves/ed25519.js'
import { blake2b } from '@noble/hashes/blake2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'

const hash = (...parts: Uint8Array[]): Uint8Array => blake2b(concatBytes(...parts), { dkLen: 32 })

/** hypercore-crypto's `namespace(name, …)[index]`. */
const constant = (name: string, index: number): Uint8Array =>
  hash(hash(utf8ToBytes(name)), Uint8Array.of(index))

const SEPARATOR = constant('corestore', 0)
const MANIFEST = constant('hypercore', 3)
const SIGNER_NAMESPACE = constant('hypercore', 4)

export interface SpecKeys {
  ns: Uint8Array
  seed: Uint8Array
  publicKey: Uint8Array
  key: Uint8Array
  discoveryKey: Uint8Array
}

export function deriveFromSpec(
  primaryKey: Uint8Array,
  namespaces: Uint8Array[],
  name: Uint8Array,
  version = 1
): SpecKeys {
  const ns = namespaces.reduce((parent, part) => hash(parent, part), new Uint8Array(32))
  const seed = blake2b(concatBytes(SEPARATOR, ns, name), { dkLen: 32, key: primaryKey })
  const publicKey = ed25519.getPublicKey(seed)
  const key = hash(MANIFEST, manifestHead(version), SIGNER_NAMESPACE, publicKey)
  const discoveryKey = blake2b(utf8ToBytes('hypercore'), { dkLen: 32, key })
  return { ns, seed, publicKey, key, discoveryKey }
}

function manifestHead(version: number): Uint8Array {
  return version === 0 ? Uint8Array.of(0, 0, 1, 0) : Uint8Array.of(version, 0, 0, 1, 1, 0)
}
