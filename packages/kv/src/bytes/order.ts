import b4a from 'b4a'

/**
 * Bytewise order, a prefix first: < 0, 0 or > 0. Most keys differ in their first bytes; comparing those takes less time
 * than calling a native function.
 */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.byteLength, b.byteLength)
  for (let i = 0; i < shared; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.byteLength - b.byteLength
}

/** Compares `bytes[start, end)` with a key, as compareKeys() does, without making a subarray. */
export function compareSlice(bytes: Uint8Array, start: number, end: number, key: Uint8Array): number {
  const shared = Math.min(end - start, key.byteLength)
  for (let i = 0; i < shared; i++) {
    const difference = bytes[start + i]! - key[i]!
    if (difference !== 0) return difference
  }
  return end - start - key.byteLength
}

/** The smallest key after this one. */
export function successor(key: Uint8Array): Uint8Array {
  const next = b4a.alloc(key.byteLength + 1)
  next.set(key)
  return next
}

/** The length of the longest prefix that two keys share. */
export function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.byteLength, b.byteLength)
  let i = 0
  while (i < most && a[i] === b[i]) i++
  return i
}
