import b4a from 'b4a'

/** The same memory as a Buffer (where there are Buffers), whatever kind of view or text it was. */
export function toBytes(value: Uint8Array | ArrayBufferView | string | null): Uint8Array {
  if (value === null) return b4a.alloc(0)
  if (typeof value === 'string') return b4a.from(value)
  // b4a.isBuffer() is true of any Uint8Array, whose methods are not those of a Buffer.
  return b4a.from(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength)
}
