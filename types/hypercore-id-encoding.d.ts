// Compile-only: hypercore-id-encoding 1.3.0 ships no types.
declare module 'hypercore-id-encoding' {
  export function encode(key: Uint8Array): string
  export function decode(id: string | Uint8Array): Uint8Array
  export function normalize(id: string | Uint8Array): string
  export function isValid(id: unknown): boolean
}
