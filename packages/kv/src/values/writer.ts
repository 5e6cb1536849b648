import b4a from 'b4a'
import { crc32 } from 'crc-universal'
import { encodeFrame } from '../bytes/frame.js'
import { type Stored, ValuePointer } from '../cursor/cursor.js'
import { LARGE_VALUE_BYTES, VALUE_FILE_BYTES } from '../defaults.js'
import { valueFileName } from '../disk/file-names.js'
import { type FileWriter, type NewFiles, WriteBuffer } from '../disk/store-files.js'
import type { ValueFileInfo } from '../manifest/levels.js'
import { VALUE_FILE_MAGIC, VALUE_FILE_VERSION, type ValueFiles } from './reader.js'

/** Puts large values into value files, and moves values from old value files to new ones. */
export class LargeValues {
  readonly #newFiles: NewFiles
  readonly #nextId: () => number
  readonly #rewrite: ReadonlySet<number>
  readonly #values: ValueFiles | null
  readonly #done: ValueFileInfo[] = []
  #writer: ValueFileWriter | null = null

  /** @param old  the value files whose values move, and their reader */
  constructor(
    newFiles: NewFiles,
    nextId: () => number,
    old?: { rewrite: ReadonlySet<number>; values: ValueFiles }
  ) {
    this.#newFiles = newFiles
    this.#nextId = nextId
    this.#rewrite = old?.rewrite ?? new Set()
    this.#values = old?.values ?? null
  }

  /** True = what place() resolves with is to be stored instead. */
  concerns(stored: Stored): stored is Uint8Array | ValuePointer {
    return stored instanceof ValuePointer
      ? this.#rewrite.has(stored.file)
      : stored !== null && stored.byteLength >= LARGE_VALUE_BYTES
  }

  async place(stored: Uint8Array | ValuePointer): Promise<ValuePointer> {
    const value = stored instanceof ValuePointer ? await this.#values!.read(stored) : stored
    if (this.#writer !== null && this.#writer.bytes >= VALUE_FILE_BYTES) await this.#finishFile()
    this.#writer ??= await this.#createFile()
    return this.#writer.write(value)
  }

  /** Ends the last file. @returns the files that were written, all of them synced */
  async finish(): Promise<ValueFileInfo[]> {
    await this.#finishFile()
    return this.#done
  }

  async #createFile(): Promise<ValueFileWriter> {
    const id = this.#nextId()
    return new ValueFileWriter(await this.#newFiles.create(valueFileName(id)), id)
  }

  async #finishFile(): Promise<void> {
    if (this.#writer !== null) this.#done.push(await this.#writer.finish())
    this.#writer = null
  }
}

/** Writes large values to one file, one after another. */
export class ValueFileWriter {
  readonly #id: number
  readonly #buffer: WriteBuffer

  constructor(file: FileWriter, id: number) {
    this.#id = id
    this.#buffer = new WriteBuffer(file)
    this.#buffer.write(encodeFrame(VALUE_FILE_MAGIC, VALUE_FILE_VERSION, b4a.alloc(0)))
  }

  get bytes(): number {
    return this.#buffer.bytes
  }

  async write(value: Uint8Array): Promise<ValuePointer> {
    const pointer = new ValuePointer(this.#id, this.#buffer.bytes, value.byteLength, crc32(value))
    this.#buffer.write(value)
    if (this.#buffer.isFull) await this.#buffer.flush()
    return pointer
  }

  async finish(): Promise<ValueFileInfo> {
    await this.#buffer.finish()
    return { id: this.#id, bytes: this.#buffer.bytes }
  }
}
