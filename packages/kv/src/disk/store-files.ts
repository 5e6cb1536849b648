import type { Disk, DiskFile } from './disk.js'
import type { FileReader, Files, FileWriter } from './file-access.js'
import { corrupt } from '../bytes/frame.js'

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
    return { bytes, read: (offset, length) => file.read(offset, length), close: async () => {} }
  }

  remove(name: string): Promise<void> {
    return this.#disk.remove(name)
  }
}

/** One write in flight: random-access-file finishes concurrent ones out of order. */
class Appender implements FileWriter {
  bytes = 0
  readonly #file: DiskFile
  #last: Promise<void> = Promise.resolve()

  constructor(file: DiskFile) {
    this.#file = file
  }

  async append(bytes: Uint8Array): Promise<number> {
    const offset = this.bytes
    this.bytes += bytes.byteLength
    this.#last = this.#last.then(() => this.#file.write(offset, bytes))
    await this.#last
    return offset
  }

  /** The last call but close(): where the disk keeps a size, that is stored as well. */
  async sync(): Promise<void> {
    await this.#last
    await this.#file.finish()
    await this.#file.sync()
  }

  async close(): Promise<void> {
    await this.#last
  }
}
