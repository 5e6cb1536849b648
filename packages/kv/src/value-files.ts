import b4a from 'b4a'
import { crc32 } from 'crc-universal'
import { EngineError } from './errors.js'
import type { FileReader, Files } from './file-access.js'
import { valueFileName } from './segment-info.js'
import { VALUE_FILE_HEADER_BYTES, VALUE_FILE_VERSION, valueFileHeader } from './value-file-writer.js'
import type { ValuePointer } from './value-pointer.js'

/** Reads large values; a value file is opened when it is first read from. */
export class ValueFiles {
  readonly #files: Files
  readonly #open = new Map<number, Promise<FileReader>>()

  constructor(files: Files) {
    this.#files = files
  }

  /** @returns the value, the caller's own @throws ENGINE_CORRUPT, ENGINE_VERSION */
  async read({ file: id, offset, length, crc }: ValuePointer): Promise<Uint8Array> {
    const file = await this.#file(id)
    const value = await file.read(offset, length)
    if (crc32(value) !== crc) throw corrupt(id, offset, `a value of ${length} bytes is not what was written`)
    return value
  }

  /** Closes a file that no reader needs any more. Removing it is the caller's. */
  async release(id: number): Promise<void> {
    const file = this.#open.get(id)
    this.#open.delete(id)
    await (await file?.catch(() => null))?.close() // a failed open was told to its reader
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#open.keys(), (id) => this.release(id)))
  }

  #file(id: number): Promise<FileReader> {
    let file = this.#open.get(id)
    if (file === undefined) {
      file = this.#openFile(id)
      this.#open.set(id, file)
      file.catch(() => this.#open.delete(id)) // the reader is told; the next one tries again
    }
    return file
  }

  async #openFile(id: number): Promise<FileReader> {
    const file = await this.#files.open(valueFileName(id))
    try {
      checkHeader(id, await file.read(0, VALUE_FILE_HEADER_BYTES))
      return file
    } catch (err) {
      await file.close()
      throw err
    }
  }
}

function checkHeader(id: number, header: Uint8Array): void {
  const version = header[7]!
  if (!b4a.equals(header, valueFileHeader(version))) throw corrupt(id, 0, 'not the start of a value file')
  if (version !== VALUE_FILE_VERSION)
    throw new EngineError('ENGINE_VERSION', `${valueFileName(id)} has format version ${version}`)
}

function corrupt(id: number, offset: number, what: string): EngineError {
  const file = valueFileName(id)
  return new EngineError('ENGINE_CORRUPT', `${file} at ${offset}: ${what}`, { file, offset })
}
