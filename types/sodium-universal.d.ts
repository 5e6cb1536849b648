// Compile-only: sodium-universal 5.0.1 ships no types.
declare module 'sodium-universal' {
  export const crypto_sign_PUBLICKEYBYTES: number
  export const crypto_sign_SECRETKEYBYTES: number
  export function crypto_generichash(output: Uint8Array, input: Uint8Array, key?: Uint8Array): void
  export function crypto_generichash_batch(
    output: Uint8Array,
    inputs: readonly Uint8Array[],
    key?: Uint8Array
  ): void
  export function crypto_sign_seed_keypair(
    publicKey: Uint8Array,
    secretKey: Uint8Array,
    seed: Uint8Array
  ): void
  export function sodium_memzero(buffer: Uint8Array): void
}
