import b4a from 'b4a'
import { encodeFrame, FRAME_BYTES } from '../bytes/frame.js'
import { LOG_SLICE_BYTES } from '../defaults.js'
import type { DiskFile } from '../disk/disk.js'
import { headerBytesOf, type LogVersion, type Position, readHeader, sealRecord } from './record.js'

export const LOG_MAGIC = 'KVOPSLOG'
export const LOG_VERSION: LogVersion = 2
/** number of the log and of the one before it (0 = none), each u32 */
export const LOG_HEADER_BYTES: number = FRAME_BYTES + 8

/** A write-ahead log (WAL) that is being written. One record at a time. */
export class Log {
  readonly id: number
  readonly #file: DiskFile
  readonly #version: LogVersion
  #bytes: number
  /** of the bytes that were read and not written here, those from there on may not be stored; null = all are */
  #doubtful: { readonly start: number; readonly end: number } | null
  /** a record whose writing failed: it may be there all the same */
  #uncertain: Uint8Array | null = null

  /**
   * @param bytes   that are whole
   * @param stored  of them, those that are known to survive a loss of power; the others are written again before
   *                sync() promises that: a system that could not store them still shows them, and stores them no more
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
   * A new, empty log, that survives a loss of power.
   * @param previous  the log that it goes on from; 0 = none
   * @param isThere   it is whole, though perhaps not stored: it is written again at its place, and never missing
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

  /** where the next record goes */
  get end(): Position {
    return { log: this.id, offset: this.#bytes }
  }

  /** whether its records say up to where the logs were synced */
  get isMarked(): boolean {
    return this.#version > 1
  }

  /**
   * When it fails the record is there, or not, or a part of it: cut() takes it back.
   * @param room      for the record's header, then the payload
   * @param synced    everything before it is synced
   * @param isSynced  the record is to survive a loss of power
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

  /** Records beyond its end, that a later one could make valid again, are none any more, whatever happens from then on. */
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

  /** Whether someone else went on in it. */
  async hasMore(): Promise<boolean> {
    const own = this.#uncertain
    if ((await this.#file.size()) < this.#bytes) return true
    const next = await this.#header(this.#bytes)
    if (next === null || own === null) return next !== null
    const isOwn = b4a.equals(next, own.subarray(0, next.byteLength))
    return !isOwn || (await this.#header(this.#bytes + own.byteLength)) !== null
  }

  /** Of the record at a place; null = there is none. */
  async #header(offset: number): Promise<Uint8Array | null> {
    const more = (await this.#file.size()) - offset
    if (more <= 0) return null
    const bytes = await this.#file.read(offset, Math.min(more, headerBytesOf(this.#version)))
    return readHeader(bytes, 0, this.#version, { log: this.id, offset }) === null ? null : bytes
  }
}
