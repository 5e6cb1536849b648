/**
 * An Ed25519 key pair that can sign.
 * Source: hypercore-crypto 3.7.0 `keyPair()`.
 */
export interface KeyPair {
  /** 32 bytes. */
  publicKey: Uint8Array
  /** 64 bytes: seed ‖ public key, as libsodium keeps it. */
  secretKey: Uint8Array
}

/** A key pair whose secret half may be absent: its core can be read, not appended to. */
export interface PublicKeyPair {
  /** 32 bytes. */
  publicKey: Uint8Array
  /** 64 bytes; null or absent: it cannot sign. */
  secretKey?: Uint8Array | null
}
