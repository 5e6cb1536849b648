/** of what is summed up: the longest header without its checksum, and the place */
const MAX_BYTES = 24
/** [k × 256 + byte]: the CRC-32 of a byte with k zeros after it */
let table: Int32Array | null = null

/**
 * CRC-32 of `length` bytes and then a place, as two u32. A library's takes eight times as long for so few bytes, and
 * the search for a header computes one for every place where one may be.
 * @param length  16 at most
 */
export function headerCrc(
  bytes: Uint8Array,
  index: number,
  length: number,
  log: number,
  offset: number
): number {
  const byte = (table ??= makeTable())
  let at = (length + 7) * 256
  let crc = ~0
  for (let i = 0; i < length; i++, at -= 256)
    crc ^= byte[at + (i < 4 ? bytes[index + i]! ^ 255 : bytes[index + i]!)]!
  for (let shift = 0; shift < 32; shift += 8, at -= 256) crc ^= byte[at + ((log >>> shift) & 255)]!
  for (let shift = 0; shift < 32; shift += 8, at -= 256) crc ^= byte[at + ((offset >>> shift) & 255)]!
  return crc >>> 0
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
