import b4a from 'b4a'
import { WRITE_BYTES } from '../defaults.js'
import type { FileWriter } from './store-files.js'

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
