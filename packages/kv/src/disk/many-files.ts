import { badArgument } from '@manycore/ground'
import type { Disk, DiskFile } from './disk.js'
import { allDone } from './failures.js'
import { LOCK_FILE, MANIFEST_FILES } from './file-names.js'
import { CertainFile, type RandomAccessDiskFile, type Sync } from './file.js'
import type { FileSource, RandomAccess } from './random-access.js'

/** A store in many files: each is an instance of its own of a random-access-storage. */
export class RandomAccessDisk implements Disk {
  readonly #source: FileSource
  readonly #sync: Sync | undefined
  readonly #files = new Map<string, RandomAccessDiskFile>()
  readonly #distinct = new DistinctFiles()

  constructor(source: FileSource, sync?: Sync) {
    this.#source = source
    this.#sync = sync
  }

  get lock(): Disk['lock'] {
    this.#file(MANIFEST_FILES[0]) // a source that ignores names is found out by the second file, before anything is written
    return { file: this.#file(LOCK_FILE), isSpare: true }
  }

  async open(): Promise<void> {}

  file(name: string): DiskFile {
    return this.#file(name)
  }

  async remove(name: string): Promise<void> {
    const file = this.#file(name)
    this.#files.delete(name)
    this.#distinct.delete(file.instance)
    try {
      await file.remove()
    } catch (err) {
      await file.close().catch(() => {}) // the reason why it could not be removed matters more
      throw err
    }
  }

  async isCurrent(): Promise<boolean> {
    return true
  }

  async suspend(): Promise<void> {
    await allDone(Array.from(this.#files.values(), (file) => file.suspend()))
  }

  async close(): Promise<void> {
    if (this.#source.isReused) {
      for (const [name, { isMissing, instance }] of this.#files) {
        if (!isMissing) continue
        this.#files.delete(name) // it would go on missing its file
        this.#distinct.delete(instance)
      }
      await this.suspend()
      for (const [name, { instance }] of this.#files) this.#files.set(name, this.#wrap(name, instance))
      return
    }
    const files = [...this.#files.values()]
    this.#files.clear()
    for (const { instance } of files) this.#distinct.delete(instance)
    await allDone(files.map((file) => file.close()))
  }

  #file(name: string): RandomAccessDiskFile {
    let file = this.#files.get(name)
    if (file === undefined) {
      file = this.#wrap(name, this.#source.get(name))
      this.#distinct.add(name, file.instance)
      this.#files.set(name, file)
    }
    return file
  }

  #wrap(name: string, instance: RandomAccess): RandomAccessDiskFile {
    return new CertainFile(name, instance, this.#sync)
  }
}

/** Makes sure that no two names share a file: the bytes of one would be taken for damage to the other. */
class DistinctFiles {
  /** by the path of the file, or by the instance if it has none */
  readonly #names = new Map<unknown, string>()

  /** @throws BAD_ARGUMENT if another name has this file */
  add(name: string, file: RandomAccess): void {
    const key = file.filename ?? file
    const other = this.#names.get(key) ?? name
    if (other !== name) {
      const expected = `a function (name) => instance with a file for each name (${name} is ${other} as well)`
      throw badArgument('storage', expected, file)
    }
    this.#names.set(key, name)
  }

  /** The file was removed, or is not used any more. */
  delete(file: RandomAccess): void {
    this.#names.delete(file.filename ?? file)
  }
}
