import type { Stored } from '../cursor/cursor.js'
import { LARGE_VALUE_BYTES, VALUE_FILE_BYTES } from '../defaults.js'
import type { NewFiles } from '../disk/new-files.js'
import { type ValueFileInfo, valueFileName } from '../manifest/levels.js'
import { ValueFileWriter } from './file-writer.js'
import type { ValueFiles } from './reader.js'
import { ValuePointer } from '../cursor/value-pointer.js'

/** Puts large values into value files, and values out of old value files into new ones. */
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

  /** true = store() what place() gives instead */
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

  /** The files that were written, synced and closed. */
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
