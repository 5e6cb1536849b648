import b4a from 'b4a'
import { corrupt } from '../bytes/frame.js'
import { WRITE_BYTES } from '../defaults.js'
import type { Disk, DiskFile } from './disk.js'

/** The segments and value files of a store, by name: written once, then only read. */
export interface Files {
  /** Makes a new, empty file; if there is one of that name, it is replaced. */
  create(name: string): Promise<FileWriter>
  open(name: string): Promise<FileReader>
  /** Removes a file; one that does not exist counts as removed. */
  remove(name: string): Promise<void>
}

/** A file that only grows. One call at a time: random-access-file finishes concurrent writes out of order. */
export interface FileWriter {
  /** Bytes written so far. */
  readonly bytes: number
  /**
   * Writes bytes to the end.
   * @param bytes  the caller must not change them until this resolves
   * @returns      where they start in the file
   */
  append(bytes: Uint8Array): Promise<number>
  /** The last call. What was appended survives a loss of power once it resolves, where the storage can do that. */
  sync(): Promise<void>
}

/** A file that no longer changes. */
export interface FileReader {
  readonly bytes: number
  /** @returns exactly `length` bytes, the caller's own @throws ENGINE_CORRUPT if the file ends too early */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** The same on a disk, whose files stay open until they are removed. */
export class StoreFiles implements Files {
  readonly #disk: Disk

  constructor(disk: Disk) {
    this.#disk = disk
  }

  async create(name: string): Promise<FileWriter> {
    const file = this.#disk.file(name)
    await file.truncate(0) // a crash may have left a file of that name
    return new Appender(file)
  }

  async open(name: string): Promise<FileReader> {
    const file = this.#disk.file(name)
    const bytes = await file.size()
    if (bytes === 0) throw corrupt(name, 0, 'the file is missing or empty')
    return { bytes, read: (offset, length) => file.read(offset, length) }
  }

  remove(name: string): Promise<void> {
    return this.#disk.remove(name)
  }
}

class Appender implements FileWriter {
  bytes = 0
  readonly #file: DiskFile

  constructor(file: DiskFile) {
    this.#file = file
  }

  async append(bytes: Uint8Array): Promise<number> {
    const offset = this.bytes
    this.bytes += bytes.byteLength
    await this.#file.write(offset, bytes)
    return offset
  }

  async sync(): Promise<void> {
    await this.#file.finish()
    await this.#file.sync()
  }
}

/** Keeps track of the files that one flush or merge writes, so that they can be removed if it fails. */
export class NewFiles {
  readonly #files: Files
  readonly #made: string[] = []

  constructor(files: Files) {
    this.#files = files
  }

  async create(name: string): Promise<FileWriter> {
    const file = await this.#files.create(name)
    this.#made.push(name)
    return file
  }

  /** Removes them all. What cannot be removed now is an orphan, which a later open removes. */
  async discard(): Promise<void> {
    for (const name of this.#made) await this.#files.remove(name).catch(() => {}) // an orphan
  }
}

/** Gathers small writes to a file. */
export class WriteBuffer {
  readonly #file: FileWriter
  #chunk: Uint8Array = b4a.allocUnsafe(2 * WRITE_BYTES)
  #length = 0
  #flushed = 0

  constructor(file: FileWriter) {
    this.#file = file
  }

  /** Bytes given so far: the offset of what is written next. */
  get bytes(): number {
    return this.#flushed + this.#length
  }

  /** True = call flush() before the next write(). */
  get isFull(): boolean {
    return this.#length >= WRITE_BYTES
  }

  /** Copies. */
  write(bytes: Uint8Array): void {
    if (this.#length + bytes.byteLength > this.#chunk.byteLength) {
      const wider = b4a.allocUnsafe(this.#length + bytes.byteLength)
      wider.set(this.#chunk.subarray(0, this.#length))
      this.#chunk = wider
    }
    this.#chunk.set(bytes, this.#length)
    this.#length += bytes.byteLength
  }

  async flush(): Promise<void> {
    if (this.#length === 0) return
    await this.#file.append(this.#chunk.subarray(0, this.#length))
    this.#flushed += this.#length
    this.#length = 0
  }

  /** Once it resolves, everything is in the file, which is synced. */
  async finish(): Promise<void> {
    await this.flush()
    await this.#file.sync()
  }
}
