/** The bytes of a count or a length: 48 bits are more than any engine holds, and doubles keep them exactly. */
export const U48_BYTES = 6

/** Reads what `writeU48()` has written. */
export function readU48(bytes: Uint8Array, offset: number): number {
  const low = bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16)
  const high = bytes[offset + 3]! | (bytes[offset + 4]! << 8) | (bytes[offset + 5]! << 16)
  return low + high * 0x1000000
}

/** Writes a number below 2^48, the lowest byte first. */
export function writeU48(bytes: Uint8Array, offset: number, value: number): void {
  const low = value % 0x1000000
  const high = (value - low) / 0x1000000
  bytes[offset] = low
  bytes[offset + 1] = low >>> 8
  bytes[offset + 2] = low >>> 16
  bytes[offset + 3] = high
  bytes[offset + 4] = high >>> 8
  bytes[offset + 5] = high >>> 16
}
