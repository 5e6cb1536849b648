import b4a from 'b4a'
import { crc32 } from 'crc-universal'
import { EngineError } from '../errors.js'

/** A magic word (8 bytes), the format version, the length of the payload, and the CRC-32 of these and the payload, u32 each. */
export const FRAME_BYTES = 20

/** The start of a file that proves itself. It looks the same in every version of a format. */
export function encodeFrame(magic: string, version: number, payload: Uint8Array): Uint8Array {
  const bytes = b4a.alloc(FRAME_BYTES + payload.byteLength)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  bytes.set(b4a.from(magic))
  view.setUint32(8, version, true)
  view.setUint32(12, payload.byteLength, true)
  bytes.set(payload, FRAME_BYTES)
  view.setUint32(16, crcOf(bytes), true)
  return bytes
}

/**
 * @param bytes  begin with the frame; more may follow
 * @param known  the newest version of the format that can be read, as can all older ones
 * @param name   the file's, for messages
 * @returns      the payload, a subarray
 * @throws ENGINE_CORRUPT; ENGINE_VERSION, if the checksum proves the version
 */
export function decodeFrame(
  bytes: Uint8Array,
  magic: string,
  known: number,
  name: string,
  offset = 0
): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength < FRAME_BYTES || !b4a.equals(bytes.subarray(0, 8), b4a.from(magic)))
    throw corrupt(name, offset, `${magic} should start here`)
  const end = FRAME_BYTES + view.getUint32(12, true)
  if (end > bytes.byteLength || view.getUint32(16, true) !== crcOf(bytes.subarray(0, end)))
    throw corrupt(name, offset, 'the checksum does not match')
  const written = versionOf(bytes)
  if (written > known)
    throw new EngineError(
      'ENGINE_VERSION',
      `${name} has format version ${written}, and this version of @manycore/kv reads up to ${known}`
    )
  return bytes.subarray(FRAME_BYTES, end)
}

/** Of a frame that is whole. */
export function versionOf(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(8, true)
}

export function corrupt(file: string, offset: number, what: string): EngineError {
  return new EngineError('ENGINE_CORRUPT', `${file} at ${offset}: ${what}`, { file, offset })
}

/** Of everything but the checksum itself. */
function crcOf(frame: Uint8Array): number {
  return crc32(b4a.concat([frame.subarray(0, 16), frame.subarray(FRAME_BYTES)]))
}
