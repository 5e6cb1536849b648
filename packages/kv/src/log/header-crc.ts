/** The most bytes that are summed up: the longest header without its checksum, and the place. */
const MAX_BYTES = 24
/** At [k × 256 + byte]: the CRC-32 of a byte that k zeros follow. */
let table: Int32Array | null = null

/**
 * The CRC-32 of `length` bytes and a place, as two u32. For so few bytes, a library takes eight times as long.
 * @param length  4 to 16
 */
export function headerCrc(
  bytes: Uint8Array,
  index: number,
  length: number,
  log: number,
  offset: number
): number {
  const byte = (table ??= makeTable())
  return (zerosAfter(byte, sum(byte, bytes, index, length)) ^ ofPlace(byte, length, log, offset)) >>> 0
}

/**
 * Looks for `length` bytes that are followed by their headerCrc(). A CRC is linear: the CRC of the bytes from one place on
 * follows from that of the bytes from the place before. Each place therefore costs the same, whatever the bytes are. O(bytes)
 * @param offset  the place of the first byte
 * @param length  4 to 16
 * @returns       the first index at `from` or later; −1 = there is none
 */
export function findHeaderCrc(
  bytes: Uint8Array,
  from: number,
  length: number,
  log: number,
  offset: number
): number {
  const last = bytes.byteLength - length - 4
  if (from > last) return -1
  const byte = (table ??= makeTable())
  const leaving = length * 256
  let crc = sum(byte, bytes, from, length)
  let stored = 0 // the four bytes behind them, the last one on top
  for (let i = from + length; i < from + length + 3; i++) stored = (stored >>> 8) | (bytes[i]! << 24)
  let place = 0 // that of all offsets that differ only in the lowest byte
  for (let index = from; ; index++) {
    const at = offset + index
    if (index === from || (at & 255) === 0)
      place = ofPlace(byte, length, log, at - (at & 255)) ^ byte[3 * 256]!
    stored = (stored >>> 8) | (bytes[index + length + 3]! << 24)
    if ((zerosAfter(byte, crc) ^ place ^ byte[3 * 256 + (at & 255)]!) === stored) return index
    if (index === last) return -1
    crc = (crc >>> 8) ^ byte[(crc ^ bytes[index + length]!) & 255]! ^ byte[leaving + bytes[index]!]!
  }
}

/** Sums up the bytes alone, without what a CRC begins and ends with. */
function sum(byte: Int32Array, bytes: Uint8Array, index: number, length: number): number {
  let crc = 0
  for (let i = 0; i < length; i++) crc = (crc >>> 8) ^ byte[(crc ^ bytes[index + i]!) & 255]!
  return crc
}

/** Adds eight zeros, the room of the place. */
function zerosAfter(byte: Int32Array, crc: number): number {
  return (
    byte[7 * 256 + (crc & 255)]! ^
    byte[6 * 256 + ((crc >>> 8) & 255)]! ^
    byte[5 * 256 + ((crc >>> 16) & 255)]! ^
    byte[4 * 256 + (crc >>> 24)]!
  )
}

/** What a place adds, together with what a CRC of `length` bytes before it begins and ends with. */
function ofPlace(byte: Int32Array, length: number, log: number, offset: number): number {
  let crc = ~0
  for (let k = length + 7; k > length + 3; k--) crc ^= byte[k * 256 + 255]!
  for (let i = 0; i < 4; i++) {
    crc ^= byte[(7 - i) * 256 + ((log >>> (8 * i)) & 255)]!
    crc ^= byte[(3 - i) * 256 + ((offset >>> (8 * i)) & 255)]!
  }
  return crc
}

function makeTable(): Int32Array {
  const byte = new Int32Array(MAX_BYTES * 256)
  for (let i = 0; i < byte.length; i++) {
    let crc = i < 256 ? i : byte[i - 256]!
    if (i < 256) for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    else crc = (crc >>> 8) ^ byte[crc & 255]!
    byte[i] = crc
  }
  return byte
}
