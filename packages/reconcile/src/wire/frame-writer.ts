import { FINGERPRINT_BYTES, FRAME_RANGES } from '../defaults.js'
import { boundLength } from '../bytes/bounds.js'
import type { Bound, Span } from '../bytes/bounds.js'
import { compareBytes } from '../bytes/order.js'
import type { Layout } from '../tree/layout.js'
import { ANSWER, FINGERPRINT, HELLO, ITEMS, MODE_SHIFT, MORE, SKIP, WIRE_VERSION } from './ranges.js'

/** Bytes of a count at most: 2^21 entries fit into no frame. */
const COUNT_BYTES = 3

const FIRST_BYTES = 1024

/** Writes one frame, range by range in order. What it skips it finds itself. */
export class FrameWriter {
  /** Is there a range that needs an answer? */
  hasDemands = false
  /** Where the first range begins that is not skipped; null = there is none. */
  start: Uint8Array | null = null
  readonly #layout: Layout
  readonly #limit: number
  #bytes = new Uint8Array(FIRST_BYTES)
  #length = 0
  #ranges = 0
  #position: Uint8Array

  /**
   * @param limit     bytes of the frame at most
   * @param settings  those of the index, in the first frame of an exchange
   */
  constructor(layout: Layout, limit: number, settings: Uint8Array | null) {
    this.#layout = layout
    this.#limit = limit
    this.#position = new Uint8Array(layout.idBytes)
    this.#byte(WIRE_VERSION)
    this.#byte(settings ? HELLO : 0)
    if (!settings) return
    this.#byte(layout.idBytes)
    this.#byte(layout.versionBytes)
    this.#append(settings)
  }

  get isEmpty(): boolean {
    return this.#ranges === 0
  }

  /** How many ranges with fingerprints certainly fit. */
  get fingerprintsLeft(): number {
    const left = this.#limit - this.#length - this.#headBytes()
    return Math.min(FRAME_RANGES - this.#ranges, Math.floor(left / (this.#headBytes() + FINGERPRINT_BYTES)))
  }

  /** How many bytes of items certainly fit into one range with one or two lists. */
  get itemBytesLeft(): number {
    if (this.#ranges === FRAME_RANGES) return 0
    return this.#limit - this.#length - 2 * this.#headBytes() - 2 * COUNT_BYTES
  }

  fingerprint(span: Span, fingerprint: Uint8Array): void {
    this.#range(FINGERPRINT, span)
    this.#append(fingerprint)
    this.hasDemands = true
  }

  items(span: Span, items: Uint8Array): void {
    this.#range(ITEMS, span)
    this.#list(items, this.#layout.itemBytes)
    this.hasDemands = true
  }

  answer(span: Span, present: Uint8Array, absent: Uint8Array): void {
    this.#range(ANSWER, span)
    this.#list(present, this.#layout.itemBytes)
    this.#list(absent, this.#layout.idBytes)
  }

  finish(hasMore: boolean): Uint8Array {
    if (hasMore) this.#bytes[1]! |= MORE
    return this.#bytes.slice(0, this.#length)
  }

  #range(mode: number, { lo, hi }: Span): void {
    if (compareBytes(this.#position, lo) < 0) this.#head(SKIP, lo)
    this.#head(mode, hi)
    if (hi) this.#position = hi
    this.start ??= lo
    this.#ranges++
  }

  #head(mode: number, bound: Bound): void {
    const length = bound === null ? 0 : boundLength(bound)
    this.#byte((mode << MODE_SHIFT) | length)
    if (bound) this.#append(bound.subarray(0, length))
  }

  #list(entries: Uint8Array, entryBytes: number): void {
    let count = entries.byteLength / entryBytes
    for (; count > 127; count >>>= 7) this.#byte((count & 127) | 128)
    this.#byte(count)
    this.#append(entries)
  }

  #headBytes(): number {
    return 1 + this.#layout.idBytes
  }

  #byte(byte: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = byte
  }

  #append(bytes: Uint8Array): void {
    this.#room(bytes.byteLength)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.byteLength
  }

  #room(byteLength: number): void {
    const wanted = this.#length + byteLength
    if (wanted <= this.#bytes.byteLength) return
    const bytes = new Uint8Array(Math.max(wanted, 2 * this.#bytes.byteLength))
    bytes.set(this.#bytes)
    this.#bytes = bytes
  }
}
