import b4a from 'b4a'

/**
 * Writes an integer from 0 to 2⁵³ − 1 as LEB128: seven bits per byte, the lowest first; the top bit says that more follow.
 * @returns where the next field begins
 */
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

  /** A subarray, not a copy. */
  slice(length: number): Uint8Array {
    return this.bytes.subarray(this.offset, (this.offset += length))
  }
}

/** Writes fields one after another into a buffer that grows. */
export class FieldWriter {
  #bytes: Uint8Array
  #length = 0

  /** @param reserved  bytes left free at the start */
  constructor(reserved = 0, capacity = 1024) {
    this.#bytes = b4a.alloc(Math.max(capacity, reserved))
    this.#length = reserved
  }

  get length(): number {
    return this.#length
  }

  varint(value: number): void {
    this.#grow(VARINT_BYTES)
    this.#length = writeVarint(this.#bytes, this.#length, value)
  }

  /** Writes bytes without their length. */
  raw(bytes: Uint8Array): void {
    this.#grow(bytes.byteLength)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.byteLength
  }

  /** Writes the length of bytes, then the bytes. */
  bytes(bytes: Uint8Array): void {
    this.varint(bytes.byteLength)
    this.raw(bytes)
  }

  /** What was written: a subarray, not a copy. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #grow(more: number): void {
    if (this.#length + more <= this.#bytes.byteLength) return
    const wider = b4a.allocUnsafeSlow(2 * (this.#length + more))
    wider.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = wider
  }
}
