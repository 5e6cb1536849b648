import { U48_BYTES, readU48, writeU48 } from '@manycore/ground'
import { SUM_BYTES } from '../defaults.js'
import { ReconcileError } from '../errors.js'
import { isSame } from '../bytes/order.js'

/** The version of the format in a store. */
const STORE_FORMAT = 1

const CHECK_BYTES = 4
const TOTALS_BYTES = U48_BYTES + SUM_BYTES
const CHECK_AT = 1
const ROOT_AT = CHECK_AT + CHECK_BYTES
const LEVEL_AT = ROOT_AT + U48_BYTES
const TOTALS_AT = LEVEL_AT + 1
const NEXT_AT = TOTALS_AT + TOTALS_BYTES
const STAMP_AT = NEXT_AT + U48_BYTES

/** What is stored of an index beside its nodes. */
export interface Head {
  /** 4 bytes that follow from the lengths of ids and versions and from the secret. */
  readonly settings: Uint8Array
  readonly root: number
  readonly level: number
  /** Count and sum of the root. */
  readonly totals: Uint8Array
  /** The number of the next node. */
  readonly next: number
  /** The caller's. */
  readonly stamp: Uint8Array
}

export function encodeHead(head: Head): Uint8Array {
  const bytes = new Uint8Array(STAMP_AT + head.stamp.byteLength)
  bytes[0] = STORE_FORMAT
  bytes.set(head.settings, CHECK_AT)
  writeU48(bytes, ROOT_AT, head.root)
  bytes[LEVEL_AT] = head.level
  bytes.set(head.totals, TOTALS_AT)
  writeU48(bytes, NEXT_AT, head.next)
  bytes.set(head.stamp, STAMP_AT)
  return bytes
}

/**
 * @param settings  those that the index has now
 * @throws INDEX_CORRUPT, INDEX_MISMATCH
 */
export function decodeHead(bytes: Uint8Array, settings: Uint8Array): Head {
  if (bytes.byteLength < STAMP_AT) throw new ReconcileError('INDEX_CORRUPT', 'the head is cut off')
  if (bytes[0] !== STORE_FORMAT)
    throw new ReconcileError(
      'INDEX_MISMATCH',
      `the index is stored in format ${bytes[0]}, known is ${STORE_FORMAT}`
    )
  const head = {
    settings: bytes.slice(CHECK_AT, ROOT_AT),
    root: readU48(bytes, ROOT_AT),
    level: bytes[LEVEL_AT]!,
    totals: bytes.slice(TOTALS_AT, NEXT_AT),
    next: readU48(bytes, NEXT_AT),
    stamp: bytes.slice(STAMP_AT)
  }
  if (!isSame(head.settings, settings))
    throw new ReconcileError('INDEX_MISMATCH', 'the index is stored with other lengths or another secret')
  return head
}
