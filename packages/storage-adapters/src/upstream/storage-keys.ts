import b4a from 'b4a'

// The keys that are told apart here: hypercore-storage 3.3, lib/keys.js. All of a core's are [kind, pointer, type, …].
const HEAD = 0
const CORE_BY_DISCOVERY_KEY = 1
const CORE = 3
const AUTH = 0
const DATA = 4
const HINTS = 2
const BITFIELD = 5

/** Where a core's records are, `[CORE_BY_DISCOVERY_KEY, 32 bytes]`, or how many cores there are, `[HEAD]`. */
export function isCoreOrHead(key: Uint8Array): boolean {
  return key[0] === CORE_BY_DISCOVERY_KEY ? key.byteLength === 33 : key[0] === HEAD && key.byteLength === 1
}

/** Of a core: whose signatures it takes `[CORE, pointer, AUTH]`, what is known of its blocks `[DATA, pointer, HINTS]`. */
export function isAuthOrHints(key: Uint8Array): boolean {
  if (key[0] !== CORE && key[0] !== DATA) return false
  const at = typeOffset(key)
  return key.byteLength === at + 1 && key[at] === (key[0] === CORE ? AUTH : HINTS)
}

/** Which blocks a core has: one of its first 252 pages, `[DATA, pointer, BITFIELD, page, 0]`. */
export function isBitfieldPage(key: Uint8Array): boolean {
  if (key[0] !== DATA) return false
  const at = typeOffset(key)
  return key.byteLength === at + 3 && key[at] === BITFIELD && key[at + 2] === 0
}

/**
 * The keys of the bitfield pages in a range, when that is all there can be in it.
 * @param gte  included
 * @param lt   excluded
 * @returns    null = another range, or more than `most` pages
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

/** Behind kind and pointer, whose first byte tells its length (index-encoder, `UINT.encode()`). */
function typeOffset(key: Uint8Array): number {
  const first = key[1]!
  return first < 0xfc ? 2 : first === 0xfc ? 4 : first === 0xfd ? 6 : 10
}
