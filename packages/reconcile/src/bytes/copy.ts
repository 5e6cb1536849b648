/** A copy, and no Buffer: `slice()` of a Buffer is no copy. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

/** The same memory as a Uint8Array that is no Buffer, so that its `slice()` is a copy. */
export function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
