import b4a from 'b4a'
import { VARINT_BYTES, writeVarint } from './varint.js'

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

  /** without their length */
  raw(bytes: Uint8Array): void {
    this.#grow(bytes.byteLength)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.byteLength
  }

  /** their length first */
  bytes(bytes: Uint8Array): void {
    this.varint(bytes.byteLength)
    this.raw(bytes)
  }

  /** a view of what was written */
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
