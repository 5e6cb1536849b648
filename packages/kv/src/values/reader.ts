import { crc32 } from 'crc-universal'
import { corrupt, decodeFrame, FRAME_BYTES } from '../bytes/frame.js'
import type { ValuePointer } from '../cursor/cursor.js'
import { allDone } from '../disk/failures.js'
import { valueFileName } from '../disk/file-names.js'
import type { FileReader, Files } from '../disk/store-files.js'

/** A value file starts with a frame without payload. */
export const VALUE_FILE_MAGIC = 'KVVALUES'
export const VALUE_FILE_VERSION = 1

/** Reads large values. A value file is opened when it is first read. */
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
    if (crc32(value) !== crc)
      throw corrupt(valueFileName(id), offset, `a value of ${length} bytes is damaged`)
    return value
  }

  /** Opens files now: an open file can be read even after it was removed. @throws ENGINE_CORRUPT, ENGINE_VERSION */
  async openAll(ids: readonly number[]): Promise<void> {
    await allDone(ids.map((id) => this.#file(id)))
  }

  /** Says that no reader needs the file any more. */
  forget(id: number): void {
    this.#open.delete(id)
  }

  #file(id: number): Promise<FileReader> {
    let file = this.#open.get(id)
    if (file === undefined) {
      file = this.#openFile(id)
      this.#open.set(id, file)
      file.catch(() => this.#open.delete(id)) // this reader gets the error, and the next one tries again
    }
    return file
  }

  async #openFile(id: number): Promise<FileReader> {
    const file = await this.#files.open(valueFileName(id))
    decodeFrame(await file.read(0, FRAME_BYTES), VALUE_FILE_MAGIC, VALUE_FILE_VERSION, valueFileName(id))
    return file
  }
}
