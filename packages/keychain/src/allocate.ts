import b4a from 'b4a'

/**
 * Returns zeroed bytes in an ArrayBuffer of their own. V8 puts a typed array of up to 64 bytes on its heap, where the
 * garbage collector moves it around and leaves copies behind that nothing erases. The bytes of an ArrayBuffer never move.
 */
export function allocate(byteLength: number): Uint8Array {
  return b4a.from(new ArrayBuffer(byteLength))
}

/** Returns a copy in memory of its own. */
export function copy(bytes: Uint8Array): Uint8Array {
  const out = allocate(bytes.byteLength)
  out.set(bytes)
  return out
}
