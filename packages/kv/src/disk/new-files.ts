import type { Files, FileWriter } from './file-access.js'

/** The files that one flush or merge writes, so that they go again when it fails. */
export class NewFiles {
  readonly #files: Files
  readonly #made: { name: string; file: FileWriter }[] = []

  constructor(files: Files) {
    this.#files = files
  }

  async create(name: string): Promise<FileWriter> {
    const file = await this.#files.create(name)
    this.#made.push({ name, file })
    return file
  }

  /** Closes and removes them all. What cannot be removed now is an orphan, which a later open removes. */
  async discard(): Promise<void> {
    for (const { name, file } of this.#made) {
      await file.close().catch(() => {}) // it is not needed, and the cause of the failure matters more
      await this.#files.remove(name).catch(() => {}) // an orphan
    }
  }
}
