import b4a from 'b4a'
import { crc32 } from 'crc-universal'
import { corrupt, decodeFrame, versionOf } from '../bytes/frame.js'
import { LOG_SLICE_BYTES } from '../defaults.js'
import type { DiskFile } from '../disk/disk.js'
import { laterTurn } from '../kit/runtime.js'
import type { Memtable } from '../memtable/memtable.js'
import { LOG_HEADER_BYTES, LOG_MAGIC, LOG_VERSION } from './log.js'
import { applyRecord } from './ops.js'
import {
  findHeader,
  isAfter,
  type LogVersion,
  type Position,
  readHeader,
  RECORD_HEADER_BYTES
} from './record.js'

/** What a log contains. */
export interface LogContents {
  /** The log that continues this one; null = this is the last. */
  readonly next: number | null
  /** How many bytes are whole. */
  readonly bytes: number
  /** The latest place up to which its records say that the logs were synced. */
  readonly synced: Position
}

interface LogRecord {
  readonly payload: Uint8Array
  readonly synced: Position
  /** Where the next record starts. */
  readonly end: number
}

/**
 * Reads a log that was written earlier, a slice at a time: no read is larger than LOG_SLICE_BYTES, and the event loop gets a
 * turn between two of them.
 */
export class LogReader {
  readonly id: number
  /** The log that this one continues; 0 = none. */
  readonly previous: number
  readonly version: LogVersion
  /** Size of the file in bytes. */
  readonly size: number
  readonly #file: DiskFile

  /** @throws ENGINE_CORRUPT, ENGINE_VERSION */
  static async open(id: number, file: DiskFile): Promise<LogReader> {
    const size = await file.size()
    const frame = await file.read(0, Math.min(size, LOG_HEADER_BYTES))
    const header = decodeFrame(frame, LOG_MAGIC, LOG_VERSION, file.name)
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
    if (view.getUint32(0, true) !== id)
      throw corrupt(file.name, 0, `the header is that of log ${view.getUint32(0, true)}`)
    return new LogReader(id, file, size, view.getUint32(4, true), versionOf(frame) === 1 ? 1 : 2)
  }

  private constructor(id: number, file: DiskFile, size: number, previous: number, version: LogVersion) {
    this.id = id
    this.#file = file
    this.size = size
    this.previous = previous
    this.version = version
  }

  /** Applies the records to a memtable, up to the end or to the first record that is not whole. @throws ENGINE_CORRUPT */
  async apply(memtable: Memtable): Promise<LogContents> {
    let bytes = LOG_HEADER_BYTES
    let next: number | null = null
    let synced: Position = { log: 0, offset: 0 }
    for (let records = await this.#records(bytes); records.length > 0; records = await this.#records(bytes)) {
      for (const record of records) {
        const result = applyRecord(record.payload, memtable)
        if (result === undefined) throw corrupt(this.#file.name, bytes, 'a record has an unknown form')
        bytes = record.end
        next = result
        if (isAfter(record.synced, synced)) synced = record.synced
        if (next !== null) return { next, bytes, synced }
      }
      await laterTurn()
    }
    return { next, bytes, synced }
  }

  /**
   * Looks for other records behind a damaged one.
   * @param from    where to begin
   * @param damage  the place of the damaged record, in this log or in an earlier one
   * @returns       'none': there are none; 'some': there are, and none proves that the damaged one had been whole; 'proof':
   *                one was written after the damaged one had been synced
   */
  async search(from: number, damage: Position): Promise<'none' | 'some' | 'proof'> {
    let found: 'none' | 'some' = 'none'
    for (let start = from; start < this.size;) {
      const bytes = await this.#file.read(start, Math.min(LOG_SLICE_BYTES, this.size - start))
      const at = { log: this.id, offset: start }
      for (let index = 0; ; index++) {
        index = findHeader(bytes, index, this.version, at, this.size)
        if (index === -1) break
        const place = { log: this.id, offset: start + index }
        const { synced } = readHeader(bytes, index, this.version, place)!
        if (isAfter(synced, damage)) return 'proof'
        found = 'some'
      }
      const isLast = start + bytes.byteLength === this.size
      start += isLast ? bytes.byteLength : bytes.byteLength - RECORD_HEADER_BYTES + 1 // a header may begin in one slice and end in the next
      await laterTurn()
    }
    return found
  }

  /**
   * The whole records of the slice that starts with a record. The first one is read as a whole, however large it is. None =
   * the first one is not whole.
   */
  async #records(start: number): Promise<LogRecord[]> {
    const bytes = await this.#file.read(start, Math.min(LOG_SLICE_BYTES, this.size - start))
    const records: LogRecord[] = []
    for (let offset = start; ;) {
      const header = readHeader(bytes, offset - start, this.version, { log: this.id, offset })
      if (header === null) return records
      const from = offset + header.headerBytes
      const end = from + header.payloadBytes
      const isInside = end <= start + bytes.byteLength
      if (end > this.size || (!isInside && records.length > 0)) return records
      const payload = isInside ? bytes.subarray(from - start, end - start) : await this.#read(from, end)
      if (crc32(payload) !== header.payloadCrc) return records
      records.push({ payload, synced: header.synced, end })
      offset = end
    }
  }

  /** Reads more than a slice, slice by slice. */
  async #read(from: number, to: number): Promise<Uint8Array> {
    const bytes = b4a.allocUnsafeSlow(to - from)
    for (let at = from; at < to; at += LOG_SLICE_BYTES) {
      bytes.set(await this.#file.read(at, Math.min(LOG_SLICE_BYTES, to - at)), at - from)
      await laterTurn()
    }
    return bytes
  }
}
