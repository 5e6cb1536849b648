import b4a from 'b4a'

/**
 * Zeroed bytes with an ArrayBuffer of their own. V8 puts a typed array of up to 64 bytes on its heap, where the
 * garbage collector moves it and leaves copies behind that nothing erases; an ArrayBuffer's bytes never move.
 */
export function allocate(byteLength: number): Uint8Array {
  return b4a.from(new ArrayBuffer(byteLength))
}

/** A copy in memory of its own. */
export function copy(bytes: Uint8Array): Uint8Array {
  const out = allocate(bytes.byteLength)
  out.set(bytes)
  return out
}
