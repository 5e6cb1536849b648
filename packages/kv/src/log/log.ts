import b4a from 'b4a'
import { encodeFrame, FRAME_BYTES } from '../bytes/frame.js'
import { LOG_SLICE_BYTES } from '../defaults.js'
import type { DiskFile } from '../disk/disk.js'
import { headerBytesOf, type LogVersion, type Position, readHeader, sealRecord } from './record.js'

export const LOG_MAGIC = 'KVOPSLOG'
export const LOG_VERSION: LogVersion = 2
/** A frame with the number of the log and that of the one before it (0 = none), each u32. */
export const LOG_HEADER_BYTES: number = FRAME_BYTES + 8

/**
 * A write-ahead log (WAL) that is being written: what a memtable holds, so that it can be made again after a crash. One
 * record at a time.
 */
export class Log {
  readonly id: number
  readonly #file: DiskFile
  readonly #version: LogVersion
  #bytes: number
  /** bytes that were read, and not written by this object, and that may not be stored; null = there are none */
  #doubtful: { readonly start: number; readonly end: number } | null
  /** a record whose writing failed, and which may be there all the same */
  #uncertain: Uint8Array | null = null

  /**
   * @param bytes   how many bytes are whole
   * @param stored  how many of them are known to survive a loss of power. The others are written again before sync()
   *                promises that: a system that could not store them still shows them, but will never store them.
   */
  constructor(
    id: number,
    file: DiskFile,
    bytes: number,
    { stored = bytes, version = LOG_VERSION }: { stored?: number; version?: LogVersion } = {}
  ) {
    this.id = id
    this.#file = file
    this.#bytes = bytes
    this.#version = version
    this.#doubtful = stored < bytes ? { start: stored, end: bytes } : null
  }

  /**
   * Makes a new, empty log that survives a loss of power.
   * @param previous  the log that it continues; 0 = none
   * @param isThere   The log is there and whole, though perhaps not stored: it is written again in its place, so that it is
   *                  never missing.
   */
  static async create(id: number, previous: number, file: DiskFile, isThere = false): Promise<Log> {
    const payload = b4a.alloc(8)
    const view = new DataView(payload.buffer, payload.byteOffset, 8)
    view.setUint32(0, id, true)
    view.setUint32(4, previous, true)
    if (!isThere) await file.truncate(0)
    await file.write(0, encodeFrame(LOG_MAGIC, LOG_VERSION, payload))
    await file.sync()
    return new Log(id, file, LOG_HEADER_BYTES)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The place of the next record. */
  get end(): Position {
    return { log: this.id, offset: this.#bytes }
  }

  /** Do its records say up to where the logs were synced? */
  get isMarked(): boolean {
    return this.#version > 1
  }

  /**
   * Writes a record. If that fails, the record may be there as a whole, in part, or not at all: cut() takes it back.
   * @param room      room for the header of the record, then the payload
   * @param synced    everything before this place is synced
   * @param isSynced  sync the record before this resolves
   */
  async append(
    room: Uint8Array,
    { synced, isSynced }: { synced: Position; isSynced: boolean }
  ): Promise<void> {
    const record = sealRecord(room, this.#version, this.end, synced)
    this.#uncertain = record
    await this.#file.write(this.#bytes, record)
    if (isSynced) await this.sync()
    this.#uncertain = null
    this.#bytes += record.byteLength
  }

  async sync(): Promise<void> {
    if (this.#doubtful !== null && this.#file.canSync) await this.#writeAgain(this.#doubtful)
    await this.#file.sync()
    this.#doubtful = null
  }

  /** Takes back what a failed append() may have written. */
  async cut(): Promise<void> {
    await this.#file.truncate(this.#bytes)
    this.#uncertain = null
  }

  /** Overwrites records beyond its end, which a later record could make valid again. */
  async erase(): Promise<void> {
    await this.#file.truncate(this.#bytes)
    const size = await this.#file.size()
    for (let at = this.#bytes; at < size; at += LOG_SLICE_BYTES)
      await this.#file.write(at, b4a.alloc(Math.min(LOG_SLICE_BYTES, size - at)))
    await this.#file.sync()
  }

  async #writeAgain({ start, end }: { start: number; end: number }): Promise<void> {
    for (let at = start; at < end; at += LOG_SLICE_BYTES) {
      const bytes = await this.#file.read(at, Math.min(LOG_SLICE_BYTES, end - at))
      await this.#file.write(at, bytes)
    }
  }

  /** Has someone else continued it? */
  async hasMore(): Promise<boolean> {
    const own = this.#uncertain
    if ((await this.#file.size()) < this.#bytes) return true
    const next = await this.#header(this.#bytes)
    if (next === null || own === null) return next !== null
    const isOwn = b4a.equals(next, own.subarray(0, next.byteLength))
    return !isOwn || (await this.#header(this.#bytes + own.byteLength)) !== null
  }

  /** The header of the record at a place; null = there is none. */
  async #header(offset: number): Promise<Uint8Array | null> {
    const more = (await this.#file.size()) - offset
    if (more <= 0) return null
    const bytes = await this.#file.read(offset, Math.min(more, headerBytesOf(this.#version)))
    return readHeader(bytes, 0, this.#version, { log: this.id, offset }) === null ? null : bytes
  }
}
