import b4a from 'b4a'
import type { DiskFile } from './disk.js'
import { FRAME_BYTES, corrupt, decodeFrame, encodeFrame } from './frame.js'
import { applyRecord, encodeNext } from './log-ops.js'
import { RECORD_HEADER_BYTES, findRecord, readRecord, sealRecord } from './log-record.js'
import type { Memtable } from './memtable.js'

const MAGIC = 'KVOPSLOG'
const VERSION = 1
/** number of the log and of the one before it (0 = none), each u32 */
const HEADER_BYTES: number = FRAME_BYTES + 8

export function logFileName(id: number): string {
  return `${String(id).padStart(6, '0')}.log`
}

/** A write-ahead log that is being written. One record at a time. */
export class Log {
  readonly id: number
  readonly #file: DiskFile
  #bytes: number
  /** a record whose writing failed: it may be there all the same */
  #uncertain: Uint8Array | null = null

  /** @param bytes  that are whole */
  constructor(id: number, file: DiskFile, bytes: number) {
    this.id = id
    this.#file = file
    this.#bytes = bytes
  }

  /** A new, empty log. @param previous  the log that it goes on from; 0 = none */
  static async create(id: number, previous: number, file: DiskFile): Promise<Log> {
    const payload = b4a.alloc(8)
    const view = new DataView(payload.buffer, payload.byteOffset, 8)
    view.setUint32(0, id, true)
    view.setUint32(4, previous, true)
    await file.truncate(0)
    await file.write(0, encodeFrame(MAGIC, VERSION, payload))
    return new Log(id, file, HEADER_BYTES)
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * When it fails the record is there, or not, or a part of it: cut() takes it back.
   * @param record    room for its header, then the payload
   * @param isSynced  it survives a loss of power
   */
  async append(record: Uint8Array, isSynced = false): Promise<void> {
    sealRecord(record, this.id, this.#bytes)
    this.#uncertain = record
    await this.#file.write(this.#bytes, record)
    if (isSynced) await this.#file.sync()
    this.#uncertain = null
    this.#bytes += record.byteLength
  }

  /** The last record: the log goes on in another. */
  end(next: number): Promise<void> {
    return this.append(encodeNext(next))
  }

  sync(): Promise<void> {
    return this.#file.sync()
  }

  /** Takes back what a failed append() may have written. */
  async cut(): Promise<void> {
    await this.#file.truncate(this.#bytes)
    this.#uncertain = null
  }

  /** Whether someone else went on in it. */
  async hasMore(): Promise<boolean> {
    const bytes = await this.#file.read(0, await this.#file.size())
    if (bytes.byteLength < this.#bytes) return true
    const own = this.#uncertain
    const next = readRecord(bytes, this.id, this.#bytes)
    if (next === null || own === null) return next !== null
    return (
      !b4a.equals(next, own.subarray(RECORD_HEADER_BYTES)) ||
      readRecord(bytes, this.id, this.#bytes + own.byteLength) !== null
    )
  }
}

/** What a log says. */
export interface LogContents {
  readonly previous: number
  /** the log that this one goes on in; null = it is the last */
  readonly next: number | null
  /** that are whole; what the file holds beyond is a record whose write was interrupted */
  readonly bytes: number
  readonly hasRecords: boolean
  /** as the file holds */
  readonly size: number
}

/**
 * Applies a log to a memtable, up to its end or to a last record that was not written wholly.
 * @throws ENGINE_CORRUPT when a damaged record is followed by a whole one
 */
export async function readLog(id: number, file: DiskFile, memtable: Memtable): Promise<LogContents> {
  const { name } = file
  const size = await file.size()
  const bytes = await file.read(0, size)
  const header = decodeFrame(bytes, MAGIC, VERSION, name)
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if (view.getUint32(0, true) !== id) throw corrupt(name, 0, `this is log ${view.getUint32(0, true)}`)

  const previous = view.getUint32(4, true)
  let offset = HEADER_BYTES
  let next: number | null = null
  while (next === null) {
    const payload = readRecord(bytes, id, offset)
    if (payload === null) break
    const result = applyRecord(payload, memtable)
    if (result === undefined) throw corrupt(name, offset, 'a record of no known form')
    next = result
    offset = payload.byteOffset - bytes.byteOffset + payload.byteLength
  }
  if (next === null && findRecord(bytes, id, offset + 1) !== -1)
    throw corrupt(name, offset, 'a damaged record, and whole ones after it')
  return { previous, next, bytes: offset, hasRecords: offset > HEADER_BYTES, size }
}
