import b4a from 'b4a'

// The keys of hypercore-storage 3.3 that are told apart here (lib/keys.js). Those of a core are [kind, pointer, type, …].
const HEAD = 0
const CORE_BY_DISCOVERY_KEY = 1
const CORE = 3
const AUTH = 0
const DATA = 4
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
