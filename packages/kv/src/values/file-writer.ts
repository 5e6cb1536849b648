import b4a from 'b4a'
import { crc32 } from 'crc-universal'
import type { FileWriter } from '../disk/file-access.js'
import { encodeFrame } from '../bytes/frame.js'
import type { ValueFileInfo } from '../manifest/levels.js'
import { ValuePointer } from '../cursor/value-pointer.js'
import { WriteBuffer } from '../disk/write-buffer.js'

/** What a value file starts with: a frame without payload. */
export const VALUE_FILE_MAGIC = 'KVVALUES'
export const VALUE_FILE_VERSION = 1

/** Writes large values one after another. */
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
