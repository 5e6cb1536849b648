import b4a from 'b4a'

// The keys of hypercore-storage 3.3 that are told apart here (lib/keys.js). Those of a core are [kind, pointer, type, …].
const HEAD = 0
const CORE_BY_DISCOVERY_KEY = 1
const CORE = 3
const AUTH = 0
const DATA = 4
const DATA_HEAD = 0
const HINTS = 2
const BITFIELD = 5

/** Whether a record says where a core's records are, `[CORE_BY_DISCOVERY_KEY, 32 bytes]`, or how many cores there are, `[HEAD]`. */
export function isCoreOrHead(key: Uint8Array): boolean {
  return key[0] === CORE_BY_DISCOVERY_KEY ? key.byteLength === 33 : key[0] === HEAD && key.byteLength === 1
}

/** Whether a record says whose signatures a core takes, `[CORE, pointer, AUTH]`, or which blocks it has in one piece, `[DATA, pointer, HINTS]`. */
export function isAuthOrHints(key: Uint8Array): boolean {
  if (key[0] !== CORE && key[0] !== DATA) return false
  const at = typeOffset(key)
  return key.byteLength === at + 1 && key[at] === (key[0] === CORE ? AUTH : HINTS)
}

/** Whether a record is one of the first 252 pages of a core's bitfield, `[DATA, pointer, BITFIELD, page, 0]`. */
export function isBitfieldPage(key: Uint8Array): boolean {
  if (key[0] !== DATA) return false
  const at = typeOffset(key)
  return key.byteLength === at + 3 && key[at] === BITFIELD && key[at + 2] === 0
}

/**
 * Returns the keys of the bitfield pages in a range, if nothing else can be in it.
 * @param gte  included
 * @param lt   excluded
 * @returns    null if it is another range, or one of more than `most` pages
 */
export function bitfieldPages(gte: Uint8Array, lt: Uint8Array, most: number): Uint8Array[] | null {
  if (!isBitfieldPage(gte) || !isBitfieldPage(lt) || gte.byteLength !== lt.byteLength) return null
  const at = typeOffset(gte)
  if (!b4a.equals(gte.subarray(0, at + 1), lt.subarray(0, at + 1))) return null
  const [first, end] = [gte[at + 1]!, lt[at + 1]!]
  if (first >= end || end > most) return null

  return Array.from({ length: end - first }, (_, i) => {
    const key = b4a.from(gte)
    key[at + 1] = first + i
    return key
  })
}

/** The offset after kind and pointer; the pointer's first byte tells its length (index-encoder, `UINT.encode()`). */
function typeOffset(key: Uint8Array): number {
  const first = key[1]!
  return first < 0xfc ? 2 : first === 0xfc ? 4 : first === 0xfd ? 6 : 10
}

/** How long a discovery key is. */
export const DISCOVERY_KEY_BYTES = 32

/** The keys of all records that say where a core's records are. */
export const CORE_RECORDS: { readonly gte: Uint8Array; readonly lt: Uint8Array } = {
  gte: b4a.from([CORE_BY_DISCOVERY_KEY]),
  lt: b4a.from([CORE_BY_DISCOVERY_KEY + 1])
}

/** The key of the record that says where a core's records are. */
export function coreRecordKey(discoveryKey: Uint8Array): Uint8Array {
  return b4a.concat([CORE_RECORDS.gte, discoveryKey])
}

/** The discovery key of the core whose record this is, in the same memory; null if it is another record. */
export function discoveryKeyOf(key: Uint8Array): Uint8Array | null {
  return key[0] === CORE_BY_DISCOVERY_KEY && key.byteLength === 1 + DISCOVERY_KEY_BYTES
    ? key.subarray(1)
    : null
}

/** The pointer of the data whose head, hints or bitfield page a record is; −1 if it is another record. */
export function stateOf(key: Uint8Array): number {
  if (key[0] !== DATA || key.byteLength < 3) return -1
  const type = key[typeOffset(key)]
  return type === DATA_HEAD || type === HINTS || type === BITFIELD ? pointerOf(key) : -1
}

/**
 * Of which core a range contains the head, hints or bitfield, or the record.
 * @param start  included
 * @param end    excluded
 * @returns the pointer of its data; 'many' also if it cannot be told
 */
export function coresInRange(start: Uint8Array, end: Uint8Array): number | 'none' | 'many' {
  const [first, last] = [start[0] ?? 0, end[0] ?? 0]
  if (b4a.compare(start, end) >= 0 || first > DATA) return 'none'
  if (last < CORE_BY_DISCOVERY_KEY || (last === CORE_BY_DISCOVERY_KEY && end.byteLength === 1)) return 'none'
  if (first > CORE_BY_DISCOVERY_KEY && (last < DATA || (last === DATA && end.byteLength === 1))) return 'none'
  if (first < DATA || last > DATA || start.byteLength < 2) return 'many'

  const pointer = pointerOf(start)
  const [from, to] = [start[typeOffset(start)] ?? DATA_HEAD, end[typeOffset(end)]]
  if (pointerOf(end) === pointer) return touchesState(from, to ?? DATA_HEAD) ? pointer : 'none'
  return to === undefined && pointerOf(end) === pointer + 1 ? pointer : 'many'
}

function touchesState(from: number, to: number): boolean {
  return [DATA_HEAD, HINTS, BITFIELD].some((type) => from <= type && type <= to)
}

/** The number after the kind (index-encoder, `UINT.decode()`); Infinity if it has none. */
function pointerOf(key: Uint8Array): number {
  const first = key[1]!
  if (first < 0xfc) return first
  let n = 0
  for (let at = 2; at < typeOffset(key); at++) n = n * 256 + (key[at] ?? NaN)
  return first < 0xff && !Number.isNaN(n) ? n : Infinity
}
