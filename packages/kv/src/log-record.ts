import b4a from 'b4a'
import { crc32 } from 'crc-universal'

/** bytes of the payload, CRC-32 of the payload, CRC-32 of both and of the place */
export const RECORD_HEADER_BYTES = 12

/**
 * Fills in the header of a record. Its checksum covers log and offset: a record that was copied elsewhere,
 * or that an earlier file left behind on the same disk, is not a record.
 * @param record  RECORD_HEADER_BYTES of room, then the payload
 */
export function sealRecord(record: Uint8Array, log: number, offset: number): void {
  const view = viewOf(record)
  const payload = record.subarray(RECORD_HEADER_BYTES)
  view.setUint32(0, payload.byteLength, true)
  view.setUint32(4, crc32(payload), true)
  view.setUint32(8, headerCrc(record, log, offset), true)
}

/** @returns the payload of the record at `offset`, a view; null = there is none, or it is damaged */
export function readRecord(file: Uint8Array, log: number, offset: number): Uint8Array | null {
  const start = offset + RECORD_HEADER_BYTES
  if (start > file.byteLength) return null
  const record = file.subarray(offset)
  const view = viewOf(record)
  const length = view.getUint32(0, true)
  if (length === 0 || start + length > file.byteLength) return null
  if (view.getUint32(8, true) !== headerCrc(record, log, offset)) return null
  const payload = file.subarray(start, start + length)
  return view.getUint32(4, true) === crc32(payload) ? payload : null
}

/** @returns where the next whole record starts, at `from` or later; −1 = nowhere. O(bytes) */
export function findRecord(file: Uint8Array, log: number, from: number): number {
  for (let offset = from; offset + RECORD_HEADER_BYTES < file.byteLength; offset++)
    if (readRecord(file, log, offset) !== null) return offset
  return -1
}

const scratch: Uint8Array = b4a.alloc(16)
const scratchView: DataView = viewOf(scratch)

function headerCrc(record: Uint8Array, log: number, offset: number): number {
  scratch.set(record.subarray(0, 8))
  scratchView.setUint32(8, log, true)
  scratchView.setUint32(12, offset, true)
  return crc32(scratch)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
