import { generateKeyPairSync } from 'node:crypto'
import Hypercore from 'hypercore'
import type { KeyPair, ManifestInput } from '@manycore/hypercore-types'

export interface NewCore {
  keyPair: KeyPair
  manifest: ManifestInput
  key: Uint8Array
  discoveryKey: Uint8Array
}

/** Who a core that nobody has yet is. */
export function newCore(): NewCore {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const publicKey = Buffer.from(x as string, 'base64url')
  const secretKey = Buffer.concat([Buffer.from(d as string, 'base64url'), publicKey])
  const manifest = { version: 1, signers: [{ publicKey }] }
  const key = Hypercore.key(manifest)
  return { keyPair: { publicKey, secretKey }, manifest, key, discoveryKey: Hypercore.discoveryKey(key) }
}
