import b4a from 'b4a'
import {
  type Directory,
  type DirectoryEntry,
  EMPTY,
  UNIT_BYTES,
  capacityOf,
  encodeEntries,
  readDirectory,
  unitsFor,
  writeDirectory,
  writeHeader
} from './directory.js'
import { MAX_GROWTH_BYTES } from './defaults.js'
import type { Disk, DiskFile, LockableFile } from './disk.js'
import { InnerFile } from './inner-file.js'
import { type Extent, Space } from './space.js'

/** Changes a directory's entries. @returns what it took of the free space, and what it no longer uses */
type Edit = (entries: Map<string, DirectoryEntry>) => { taken: Extent[]; dropped: readonly Extent[] }

/**
 * Files inside one file. They are made of extents; a directory says which, and is written anew, elsewhere,
 * whenever a file gets more room, is finished or removed. Space is used again and never given back.
 */
export class OneFileDisk implements Disk {
  readonly #file: LockableFile & { suspend(): Promise<void> }
  readonly #isSynced: boolean
  readonly #handles = new Map<string, InnerFile>()
  #directory: Directory = EMPTY
  #generation = 0
  #space = new Space(1, [])
  /** that the outer file has */
  #bytes = 0
  #last: Promise<unknown> = Promise.resolve()

  /** @param isSynced  the directory is to survive a loss of power */
  constructor(file: LockableFile & { suspend(): Promise<void> }, isSynced: boolean) {
    this.#file = file
    this.#isSynced = isSynced
  }

  get lock(): Disk['lock'] {
    return { file: this.#file, isSpare: false }
  }

  async open(): Promise<void> {
    this.#bytes = await this.#file.size()
    this.#directory = await readDirectory(this.#file)
    const { entries, extent, generation } = this.#directory
    const used = Array.from(entries.values(), (entry) => entry.extents).flat()
    this.#space = new Space(1, extent === null ? used : [...used, extent])
    this.#generation = generation
  }

  file(name: string): DiskFile {
    let file = this.#handles.get(name)
    if (file === undefined) {
      file = new InnerFile(name, this.#file, {
        entry: () => this.#directory.entries.get(name),
        grow: (bytes) => this.#grow(name, bytes),
        remove: () => this.remove(name),
        finish: (size) => this.#finish(name, size)
      })
      this.#handles.set(name, file)
    }
    return file
  }

  async remove(name: string): Promise<void> {
    this.#handles.delete(name)
    if (!this.#directory.entries.has(name)) return
    await this.#change((entries) => {
      const dropped = entries.get(name)?.extents ?? []
      entries.delete(name)
      return { taken: [], dropped }
    })
  }

  async suspend(): Promise<void> {
    await this.#last
    await this.#file.suspend()
  }

  /** The file is its owner's, who may open it again. */
  async close(): Promise<void> {
    await this.suspend()
    this.#handles.clear()
  }

  /** Room for so many bytes. A file that grows gets as much again as it has. */
  #grow(name: string, bytes: number): Promise<void> {
    return this.#change((entries) => {
      const { extents } = entries.get(name) ?? { extents: [] }
      const has = capacityOf(extents)
      const more = Math.max(bytes - has, Math.min(has, MAX_GROWTH_BYTES))
      const taken = [this.#space.take(unitsFor(more))]
      entries.set(name, { extents: [...extents, ...taken], size: 0 })
      return { taken, dropped: [] }
    })
  }

  #finish(name: string, size: number): Promise<void> {
    return this.#change((entries) => {
      const entry = entries.get(name)
      if (entry !== undefined) entries.set(name, { ...entry, size })
      return { taken: [], dropped: [] }
    })
  }

  /** One change of the directory at a time: stored, then made. */
  #change(edit: Edit): Promise<void> {
    const changing = this.#last.then(() => this.#commit(edit))
    this.#last = changing.catch(() => {}) // told to who wanted it
    return changing
  }

  async #commit(edit: Edit): Promise<void> {
    const { entries: before, extent: place } = this.#directory
    const entries = new Map(before)
    const { taken, dropped } = edit(entries)
    const bytes = encodeEntries(entries)
    const extent = this.#space.take(unitsFor(bytes.byteLength))
    const directory = { generation: ++this.#generation, entries, extent }
    try {
      if (place === null) await writeHeader(this.#file, this.#isSynced)
      for (const { start, count } of [...taken, extent]) await this.#reach((start + count) * UNIT_BYTES)
      await writeDirectory(this.#file, directory, bytes, this.#isSynced)
    } catch (err) {
      this.#space.give([...taken, extent])
      throw err
    }
    this.#directory = directory
    this.#space.give(place === null ? dropped : [...dropped, place])
  }

  /** Every extent can be read to its end. */
  async #reach(bytes: number): Promise<void> {
    if (bytes <= this.#bytes) return
    await this.#file.write(bytes - 1, b4a.alloc(1))
    this.#bytes = bytes
  }
}
