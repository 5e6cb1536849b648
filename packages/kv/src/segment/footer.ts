import b4a from 'b4a'
import { crc32 } from 'crc-universal'
import { corrupt } from '../bytes/frame.js'
import { segmentFileName } from '../disk/file-names.js'
import { EngineError } from '../errors.js'

/** The footer is the last bytes of a segment, in every version of the format. */
export const FOOTER_BYTES = 64

const VERSION = 1
const MAGIC: Uint8Array = b4a.from('KVSEGMNT')

/** The parts of a segment: blocks, deleted ranges, index and Bloom filter, in this order; then comes the footer. */
export interface SegmentFooter {
  readonly id: number
  readonly blocks: number
  readonly blockBytes: number
  readonly rangeBytes: number
  readonly indexBytes: number
  readonly bloomBytes: number
  /** CRC-32 of ranges, index and filter together. */
  readonly crc: number
}

const FIELDS = ['id', 'blocks', 'blockBytes', 'rangeBytes', 'indexBytes', 'bloomBytes', 'crc'] as const

export function encodeFooter(footer: SegmentFooter, version: number = VERSION): Uint8Array {
  const bytes = b4a.alloc(FOOTER_BYTES)
  const view = viewOf(bytes)
  for (const [i, field] of FIELDS.entries()) view.setUint32(4 * i, footer[field], true)
  view.setUint32(52, version, true)
  bytes.set(MAGIC, 56)
  view.setUint32(48, crcOf(bytes), true)
  return bytes
}

/**
 * Reads a footer.
 * @param bytes   the last bytes of the file
 * @param id      the number of the segment according to the manifest
 * @param offset  where the footer starts
 * @throws ENGINE_CORRUPT, ENGINE_VERSION
 */
export function decodeFooter(bytes: Uint8Array, id: number, offset: number): SegmentFooter {
  const view = viewOf(bytes)
  const field = (name: (typeof FIELDS)[number]): number => view.getUint32(4 * FIELDS.indexOf(name), true)
  if (!b4a.equals(bytes.subarray(56), MAGIC))
    throw corruptSegment(id, offset, 'this is not the end of a segment')
  if (view.getUint32(48, true) !== crcOf(bytes)) throw corruptSegment(id, offset, 'the footer is damaged')
  const version = view.getUint32(52, true)
  if (version !== VERSION)
    throw new EngineError(
      'ENGINE_VERSION',
      `${segmentFileName(id)} has format version ${version}, and this version of @manycore/kv reads ${VERSION}`
    )

  const footer = Object.fromEntries(FIELDS.map((name) => [name, field(name)])) as unknown as SegmentFooter
  if (footer.id !== id) throw corruptSegment(id, offset, `the footer is that of segment ${footer.id}`)
  const { blockBytes, rangeBytes, indexBytes, bloomBytes } = footer
  if (blockBytes + rangeBytes + indexBytes + bloomBytes !== offset)
    throw corruptSegment(
      id,
      offset,
      `the parts that the footer lists do not add up to the ${offset} bytes before it`
    )
  return footer
}

export function corruptSegment(id: number, offset: number, what: string): EngineError {
  return corrupt(segmentFileName(id), offset, what)
}

/** The CRC-32 of everything but itself. */
function crcOf(bytes: Uint8Array): number {
  return crc32(b4a.concat([bytes.subarray(0, 48), bytes.subarray(52)]))
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
