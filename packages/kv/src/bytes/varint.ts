/** LEB128: seven bits a byte, the lowest first, the top bit = more follow. For integers from 0 to 2⁵³ − 1. */
export function writeVarint(bytes: Uint8Array, offset: number, value: number): number {
  while (value > 127) {
    bytes[offset++] = (value % 128) | 128
    value = Math.floor(value / 128)
  }
  bytes[offset++] = value
  return offset
}

/** The longest varint, in bytes. */
export const VARINT_BYTES = 8

/** Reads fields one after another from bytes that a checksum has vouched for. */
export class FieldReader {
  readonly bytes: Uint8Array
  offset: number

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes
    this.offset = offset
  }

  varint(): number {
    let byte = this.bytes[this.offset++]!
    if (byte < 128) return byte
    let value = byte & 127
    for (let unit = 128; ; unit *= 128) {
      byte = this.bytes[this.offset++]!
      value += (byte & 127) * unit
      if (byte < 128) return value
    }
  }

  /** a view */
  slice(length: number): Uint8Array {
    return this.bytes.subarray(this.offset, (this.offset += length))
  }
}
