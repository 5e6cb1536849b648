import b4a from 'b4a'

/** What b4a makes: Buffer where there is one, Uint8Array elsewhere. */
const Bytes = b4a.alloc(0).constructor

/** The same memory as a Buffer (where there are Buffers), whatever kind of view or text it was. */
export function toBytes(value: Uint8Array | ArrayBufferView | string | null): Uint8Array {
  if (value === null) return b4a.alloc(0)
  if (typeof value === 'string') return b4a.from(value)
  if (value.constructor === Bytes) return value as Uint8Array
  // b4a.isBuffer() is true of any Uint8Array, whose methods are not those of a Buffer.
  return b4a.from(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength)
}
