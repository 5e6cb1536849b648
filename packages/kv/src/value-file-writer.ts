import b4a from 'b4a'
import { crc32 } from 'crc-universal'
import type { FileWriter } from './file-access.js'
import type { ValueFileInfo } from './segment-info.js'
import { ValuePointer } from './value-pointer.js'
import { WriteBuffer } from './write-buffer.js'

export const VALUE_FILE_VERSION = 1
export const VALUE_FILE_HEADER_BYTES = 12

/** What a value file starts with: a name, the version of the format, CRC-32 of both. */
export function valueFileHeader(version: number): Uint8Array {
  const bytes = b4a.alloc(VALUE_FILE_HEADER_BYTES)
  bytes.set(b4a.from('KVVALUE'))
  bytes[7] = version
  new DataView(bytes.buffer, bytes.byteOffset, VALUE_FILE_HEADER_BYTES).setUint32(
    8,
    crc32(bytes.subarray(0, 8)),
    true
  )
  return bytes
}

/** Writes large values one after another. */
export class ValueFileWriter {
  readonly #id: number
  readonly #buffer: WriteBuffer

  constructor(file: FileWriter, id: number) {
    this.#id = id
    this.#buffer = new WriteBuffer(file)
    this.#buffer.write(valueFileHeader(VALUE_FILE_VERSION))
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
