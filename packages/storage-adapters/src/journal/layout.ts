import b4a from 'b4a'
import { hash } from 'hypercore-crypto'
import { DISCOVERY_KEY_BYTES } from '../upstream/storage-keys.js'

// Every byte is in docs/storage-format.md. hypercore-storage 3.3 begins its keys with 0 to 6, as a number of index-encoder, in
// one byte up to 0xfb; it walks over and clears nothing else. 0xe0 leaves it room for 217 more kinds.
const JOURNAL = 0xe0
const HEAD = 0
const PLACE = 1
const CHANGE = 2
const DERIVED = 0x10

const VERSION = 1
const CHECK_BYTES = 4
const COUNTER_BYTES = 8

/** How long an epoch is. */
export const EPOCH_BYTES = 16

/** The only key without which there is no journal. */
export const HEAD_KEY: Uint8Array = b4a.from([JOURNAL, HEAD])

/** What the keys begin with of what is derived from a journal. */
export const DERIVED_PREFIX: Uint8Array = b4a.from([JOURNAL, DERIVED])

/** The keys of the journal itself: head, places and changes. */
export const WHOLE: { readonly start: Uint8Array; readonly end: Uint8Array } = {
  start: HEAD_KEY,
  end: DERIVED_PREFIX
}

/** What a journal is. */
export interface Head {
  readonly epoch: Uint8Array
  /** which opening of the database for writing kept the journal last, as `Openings` has it */
  readonly opening: string
}

/** Where the latest change of a core is noted; found by the pointer of its data. */
export interface Place {
  /** 0 = it has not changed since the journal was made */
  readonly counter: number
  readonly discoveryKey: Uint8Array
}

export function encodeHead({ epoch, opening }: Head): Uint8Array {
  return checked(HEAD_KEY, [b4a.from([VERSION]), epoch, b4a.from(opening)])
}

/** @returns null if it is damaged, or of another version */
export function decodeHead(value: Uint8Array): Head | null {
  const body = bodyOf(HEAD_KEY, value)
  if (body === null || body.byteLength < 1 + EPOCH_BYTES || body[0] !== VERSION) return null
  return {
    epoch: b4a.from(body.subarray(1, 1 + EPOCH_BYTES)),
    opening: b4a.toString(body.subarray(1 + EPOCH_BYTES))
  }
}

/** @param pointer  of a core's data */
export function placeKey(pointer: number): Uint8Array {
  return numbered(PLACE, pointer)
}

export function encodePlace(key: Uint8Array, { counter, discoveryKey }: Place): Uint8Array {
  const number = b4a.alloc(COUNTER_BYTES)
  writeNumber(number, 0, counter)
  return checked(key, [number, discoveryKey])
}

/** @returns null if it is damaged */
export function decodePlace(key: Uint8Array, value: Uint8Array): Place | null {
  const body = bodyOf(key, value)
  if (body?.byteLength !== COUNTER_BYTES + DISCOVERY_KEY_BYTES) return null
  return { counter: readNumber(body, 0), discoveryKey: b4a.from(body.subarray(COUNTER_BYTES)) }
}

/** The key of a change, or where those from this counter on begin. */
export function changeKey(counter: number): Uint8Array {
  return numbered(CHANGE, counter)
}

/** The key after those of all changes. */
export const CHANGES_END: Uint8Array = b4a.from([JOURNAL, CHANGE + 1])

export function encodeChange(key: Uint8Array, discoveryKey: Uint8Array): Uint8Array {
  return checked(key, [discoveryKey])
}

/** @returns null if it is damaged */
export function decodeChange(key: Uint8Array, value: Uint8Array): Place | null {
  const body = bodyOf(key, value)
  if (body?.byteLength !== DISCOVERY_KEY_BYTES || key.byteLength !== 2 + COUNTER_BYTES) return null
  return { counter: readNumber(key, 2), discoveryKey: b4a.from(body) }
}

function numbered(kind: number, n: number): Uint8Array {
  const key = b4a.alloc(2 + COUNTER_BYTES)
  key[0] = JOURNAL
  key[1] = kind
  writeNumber(key, 2, n)
  return key
}

/** @param n  up to 2⁵³ − 1 */
function writeNumber(bytes: Uint8Array, at: number, n: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, COUNTER_BYTES)
  view.setUint32(0, Math.floor(n / 2 ** 32))
  view.setUint32(4, n >>> 0)
}

function readNumber(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, COUNTER_BYTES)
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4)
}

/** The parts, and a checksum over them and the key: a damaged record, or one in another's place, is not believed. */
function checked(key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  return b4a.concat([...parts, hash([key, ...parts]).subarray(0, CHECK_BYTES)])
}

/** The record without its checksum; null if that is wrong. */
function bodyOf(key: Uint8Array, value: Uint8Array): Uint8Array | null {
  const bytes = value.byteLength - CHECK_BYTES
  if (bytes < 0) return null
  const body = value.subarray(0, bytes)
  return b4a.equals(hash([key, body]).subarray(0, CHECK_BYTES), value.subarray(bytes)) ? body : null
}
