// Compile-only: hypercore-crypto 3.7.0 ships no types.
declare module 'hypercore-crypto' {
  interface KeyPair {
    publicKey: Uint8Array
    secretKey: Uint8Array
  }
  export function keyPair(seed?: Uint8Array): KeyPair
  export function discoveryKey(key: Uint8Array): Uint8Array
  export function sign(message: Uint8Array, secretKey: Uint8Array): Uint8Array
  export function verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean
  /** the hash of a block */
  export function data(block: Uint8Array): Uint8Array
  /** BLAKE2b-256 of the parts, one behind the other */
  export function hash(parts: Uint8Array | readonly Uint8Array[]): Uint8Array
  export function randomBytes(n: number): Uint8Array
  export function namespace(name: string, count: number | number[]): Uint8Array[]
}
