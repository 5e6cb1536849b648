import { crc32 } from 'crc-universal'
import { findHeaderCrc, headerCrc } from './header-crc.js'

/** A place in the logs of a store. A newer log has a greater number. */
export interface Position {
  readonly log: number
  readonly offset: number
}

export function isAfter(a: Position, b: Position): boolean {
  return a.log === b.log ? a.offset > b.offset : a.log > b.log
}

/** The version of the log's format. The older one can be read; a log that began with it is continued in it. */
export type LogVersion = 1 | 2

/**
 * The length of the payload, its CRC-32, up to where the logs had been synced (number of a log, place in it; not in version
 * 1), and the CRC-32 of these and of the record's own log and place: u32 each.
 */
export const RECORD_HEADER_BYTES = 20
const SYNCED_BYTES = 8

export interface RecordHeader {
  readonly headerBytes: number
  readonly payloadBytes: number
  readonly payloadCrc: number
  /** Everything before this place had been synced when the record was written. */
  readonly synced: Position
}

export function headerBytesOf(version: LogVersion): number {
  return version === 1 ? RECORD_HEADER_BYTES - SYNCED_BYTES : RECORD_HEADER_BYTES
}

/**
 * Fills in the header of a record. Its checksum covers log and offset: a record that was copied to another place, or that an
 * earlier file has left behind on the same disk, does not count as one.
 * @param room    RECORD_HEADER_BYTES, then the payload
 * @param synced  everything before this place is synced
 * @returns       the record: all of the room, or the end of it
 */
export function sealRecord(
  room: Uint8Array,
  version: LogVersion,
  at: Position,
  synced: Position
): Uint8Array {
  const payload = room.subarray(RECORD_HEADER_BYTES)
  const record = room.subarray(RECORD_HEADER_BYTES - headerBytesOf(version))
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  view.setUint32(0, payload.byteLength, true)
  view.setUint32(4, crc32(payload), true)
  if (version > 1) {
    view.setUint32(8, synced.log, true)
    view.setUint32(12, synced.offset, true)
  }
  const crcAt = headerBytesOf(version) - 4
  view.setUint32(crcAt, headerCrc(record, 0, crcAt, at.log, at.offset), true)
  return record
}

/**
 * Reads the header of a record.
 * @param at  the place of `bytes[index]`
 * @returns   null = there is no header, or it is damaged
 */
export function readHeader(
  bytes: Uint8Array,
  index: number,
  version: LogVersion,
  at: Position
): RecordHeader | null {
  const headerBytes = headerBytesOf(version)
  if (index + headerBytes > bytes.byteLength) return null
  const payloadBytes = u32(bytes, index)
  const crcAt = headerBytes - 4
  if (payloadBytes === 0 || u32(bytes, index + crcAt) !== headerCrc(bytes, index, crcAt, at.log, at.offset))
    return null
  // In version 1, a record was taken as proof that everything before it had been written.
  const synced = version === 1 ? at : { log: u32(bytes, index + 8), offset: u32(bytes, index + 12) }
  return { headerBytes, payloadBytes, payloadCrc: u32(bytes, index + 4), synced }
}

/**
 * Looks for an undamaged header, byte by byte. O(bytes), whatever the bytes are.
 * @param at        the place of the first byte
 * @param logBytes  the size of the whole log: no payload is longer
 * @returns         the index of the first header at `from` or later; −1 = there is none
 */
export function findHeader(
  bytes: Uint8Array,
  from: number,
  version: LogVersion,
  at: Position,
  logBytes: number
): number {
  const length = headerBytesOf(version) - 4
  for (let index = from; ; index++) {
    index = findHeaderCrc(bytes, index, length, at.log, at.offset)
    if (index === -1) return -1
    const payloadBytes = u32(bytes, index)
    if (payloadBytes === 0 || payloadBytes > logBytes) continue
    if (version === 1 || isBefore(u32(bytes, index + 8), u32(bytes, index + 12), at.log, at.offset + index))
      return index
  }
}

/** Can a record at a place say that everything before another place was synced? */
function isBefore(log: number, offset: number, ownLog: number, ownOffset: number): boolean {
  if (log === 0) return offset === 0
  return log < ownLog || (log === ownLog && offset <= ownOffset)
}

function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}
