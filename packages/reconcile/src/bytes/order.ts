/**
 * Compares `length` bytes of two arrays, each from its own offset on.
 * @returns below 0, 0, or above 0, as the first is before, at, or after the second
 */
export function compare(
  a: Uint8Array,
  aOffset: number,
  b: Uint8Array,
  bOffset: number,
  length: number
): number {
  for (let i = 0; i < length; i++) {
    const difference = a[aOffset + i]! - b[bOffset + i]!
    if (difference !== 0) return difference
  }
  return 0
}

/** Compares two arrays of the same length. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return compare(a, 0, b, 0, a.byteLength)
}

/** Compares two arrays of any lengths; what another begins with is before it. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  return compare(a, 0, b, 0, Math.min(a.byteLength, b.byteLength)) || a.byteLength - b.byteLength
}

/** Have these the same bytes? */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && compareBytes(a, b) === 0
}
