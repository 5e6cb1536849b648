/**
 * Bytewise order, a prefix first: < 0, 0 or > 0. Keys mostly differ in their first bytes, which takes
 * less than the call of a native function.
 */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.byteLength, b.byteLength)
  for (let i = 0; i < shared; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.byteLength - b.byteLength
}
