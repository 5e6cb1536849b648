// Compile-only: crc-universal 1.0.4 ships no types.
declare module 'crc-universal' {
  /** CRC-32 (IEEE 802.3, as zlib's), 0 to 2³² − 1 */
  export function crc32(bytes: Uint8Array): number
}
