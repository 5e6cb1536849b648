/** Bytewise order of `bytes[start, end)` and a key, a prefix first: < 0, 0 or > 0. Saves making a view. */
export function compareSlice(bytes: Uint8Array, start: number, end: number, key: Uint8Array): number {
  const shared = Math.min(end - start, key.byteLength)
  for (let i = 0; i < shared; i++) {
    const difference = bytes[start + i]! - key[i]!
    if (difference !== 0) return difference
  }
  return end - start - key.byteLength
}

/** How many first bytes two keys share. */
export function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.byteLength, b.byteLength)
  let i = 0
  while (i < most && a[i] === b[i]) i++
  return i
}
