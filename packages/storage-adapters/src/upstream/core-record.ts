import { getEncoding } from 'hypercore-storage/encoding/spec/hyperschema'

const RECORD = getEncoding('@corestore/core')

/**
 * Where the data of a core's default session is, according to its record `[CORE_BY_DISCOVERY_KEY, discovery key]`.
 * @returns null if the record cannot be read
 */
export function dataPointerOf(record: Uint8Array): number | null {
  try {
    return RECORD.decode({ start: 0, end: record.byteLength, buffer: record }).dataPointer
  } catch {
    return null // damaged, or of a newer version
  }
}
