import b4a from 'b4a'
import { corrupt } from '../bytes/frame.js'
import { WRITE_BYTES } from '../defaults.js'
import type { Disk, DiskFile } from './disk.js'

/** The files of one store, by name. What the random-access engine's parts read and write through. */
export interface Files {
  /** A new, empty file; one of that name is replaced. */
  create(name: string): Promise<FileWriter>
  open(name: string): Promise<FileReader>
  /** A file that is not there counts as removed. */
  remove(name: string): Promise<void>
}

/** A file that only grows. One call at a time: random-access-file finishes concurrent writes out of order. */
export interface FileWriter {
  /** written so far */
  readonly bytes: number
  /**
   * @param bytes  not changed by the caller until this resolves
   * @returns      where they start in the file
   */
  append(bytes: Uint8Array): Promise<number>
  /** The last call. What was appended survives a loss of power once it resolves, where the storage can do that. */
  sync(): Promise<void>
}

/** A file that does not change any more. */
export interface FileReader {
  readonly bytes: number
  /** @returns exactly `length` bytes, the caller's own @throws ENGINE_CORRUPT when the file ends before */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** Segments and value files on a disk. They stay open until they are removed. */
export class StoreFiles implements Files {
  readonly #disk: Disk

  constructor(disk: Disk) {
    this.#disk = disk
  }

  async create(name: string): Promise<FileWriter> {
    const file = this.#disk.file(name)
    await file.truncate(0) // a crash may have left one of that name
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

/** The files that one flush or merge writes, so that they go again when it fails. */
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

  /** given so far, so the offset of what is written next */
  get bytes(): number {
    return this.#flushed + this.#length
  }

  /** true = flush() before the next write() */
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

  /** All of it is in the file, which is synced. */
  async finish(): Promise<void> {
    await this.flush()
    await this.#file.sync()
  }
}
