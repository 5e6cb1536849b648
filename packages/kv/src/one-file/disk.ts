import { Queue } from '@manycore/ground'
import b4a from 'b4a'
import { MAX_GROWTH_BYTES } from '../defaults.js'
import type { Disk, DiskFile, LockableFile } from '../disk/disk.js'
import {
  capacityOf,
  type Directory,
  type DirectoryEntry,
  EMPTY,
  encodeEntries,
  readDirectory,
  UNIT_BYTES,
  unitsFor,
  writeEntries,
  writeHeader,
  writeSlots
} from './directory.js'
import { InnerFile } from './inner-file.js'
import { type Extent, Space } from './space.js'

/** Changes the entries of a directory. @param take  gives room for so many bytes @returns what is no longer used */
type Edit = (entries: Map<string, DirectoryEntry>, take: (bytes: number) => Extent) => readonly Extent[]

type FailedSync = { readonly cause: unknown } | null

/**
 * A store in one file: files inside a file. They consist of extents. A directory says which, and is written anew, in
 * another place, whenever a file gets more room, is finished or is removed. Space is reused and never given back.
 *
 * If the writing of a directory failed, it may be on the disk or not, and the same is true of one that was read. It is
 * therefore written again, in the same place, before there is another one. What the previous directory needs is reused only
 * after the first sync that follows the header of the next one.
 */
export class OneFileDisk implements Disk {
  readonly #file: LockableFile & { suspend(): Promise<void> }
  readonly #handles = new Map<string, InnerFile>()
  /** the latest one, perhaps not written yet */
  #directory: Directory = EMPTY
  /** the latest one that was written as a whole */
  #written: Directory = EMPTY
  /** what the latest one no longer uses, and the one on the disk may still need */
  #dropped: Extent[] = []
  /** dropped, and to be reused after the next sync */
  #leaving: Extent[] = []
  /** false = what was read may not be stored, and a directory that is stored may use what seems to be free */
  #isSure = false
  #space = new Space(1, [])
  /** size of the outer file */
  #bytes = 0
  /** the last sync that failed, and why */
  #failedSync: FailedSync = null
  /** changes of the directory: one at a time */
  readonly #changes = new Queue()
  /** one at a time: if two run at once, the system may tell only one of them that it could not store something */
  readonly #syncs = new Queue()

  constructor(file: LockableFile & { suspend(): Promise<void> }) {
    this.#file = file
  }

  get lock(): Disk['lock'] {
    return { file: this.#file, isSpare: false }
  }

  async open(): Promise<void> {
    this.#bytes = await this.#file.size()
    this.#directory = await readDirectory(this.#file)
    this.#written = this.#directory
    const { entries, extent } = this.#directory
    const used = Array.from(entries.values(), (entry) => entry.extents).flat()
    if (extent !== null) used.push(extent)
    this.#space = new Space(1, used)
    this.#dropped = []
    this.#leaving = []
    this.#isSure = false
  }

  async isCurrent(): Promise<boolean> {
    const found = await readDirectory(this.#file)
    return [this.#directory, this.#written].some((each) => isSame(each, found))
  }

  file(name: string): DiskFile {
    let file = this.#handles.get(name)
    if (file === undefined) {
      file = new InnerFile(name, this.#file, {
        entry: () => this.#directory.entries.get(name),
        reserve: (bytes) => this.#reserve(name, bytes),
        empty: () => this.#remove(name),
        finish: (size) => this.#finish(name, size),
        sync: () => this.#syncAll()
      })
      this.#handles.set(name, file)
    }
    return file
  }

  async remove(name: string): Promise<void> {
    this.#handles.delete(name)
    await this.#remove(name)
  }

  async suspend(): Promise<void> {
    await this.#changes.run(() => this.#file.suspend())
  }

  /** The file belongs to its owner, who may open it again. */
  async close(): Promise<void> {
    await this.suspend()
    this.#handles.clear()
  }

  async #remove(name: string): Promise<void> {
    if (!this.#directory.entries.has(name)) return
    await this.#change((entries) => {
      const dropped = entries.get(name)?.extents ?? []
      entries.delete(name)
      return dropped
    })
  }

  /** Makes room for so many bytes, in a directory that is written. A file that grows gets as much again as it has. */
  async #reserve(name: string, bytes: number): Promise<void> {
    if (bytes <= capacityOf(this.#written.entries.get(name)?.extents ?? [])) return
    await this.#change((entries, take) => {
      const { extents } = entries.get(name) ?? { extents: [] }
      const has = capacityOf(extents)
      if (bytes <= has) return []
      const more = Math.max(bytes - has, Math.min(has, MAX_GROWTH_BYTES))
      entries.set(name, { extents: [...extents, take(more)], size: 0 })
      return []
    })
  }

  #finish(name: string, size: number): Promise<void> {
    return this.#change((entries) => {
      const entry = entries.get(name)
      if (entry !== undefined) entries.set(name, { ...entry, size })
      return []
    })
  }

  /** Changes the directory, then writes it. If that fails, the change may have been made or not. */
  #change(edit: Edit): Promise<void> {
    return this.#changes.run(async () => {
      await this.#makeSure()
      const { entries: before, extent: place, generation } = this.#directory
      const entries = new Map(before)
      const taken: Extent[] = []
      const take = (bytes: number): Extent => {
        const extent = this.#space.take(unitsFor(bytes))
        taken.push(extent)
        return extent
      }
      const dropped = edit(entries, take)
      const extent = take(encodeEntries(entries).byteLength)
      await this.#reach(taken)
      this.#dropped.push(...dropped, ...(place === null ? [] : [place]))
      this.#directory = { generation: generation + 1, entries, extent }
      await this.#write()
    })
  }

  /** Once it resolves, the directory that was read or written before is stored, as far as anything depends on it. */
  async #makeSure(): Promise<void> {
    const failed = this.#failedSync
    await this.#write()
    if (this.#isSure) return
    await this.#sync(failed)
    this.#isSure = true
  }

  async #write(): Promise<void> {
    const directory = this.#directory
    if (this.#written === directory && this.#isSure) return
    if (directory === EMPTY) {
      await writeHeader(this.#file)
      return
    }
    const failed = this.#failedSync
    await writeEntries(this.#file, directory)
    await this.#sync(failed)
    await writeSlots(this.#file, directory)
    this.#written = directory
    this.#leaving.push(...this.#dropped.splice(0))
  }

  /** For a file inside: once it resolves, what that file wrote is stored, and so is the directory that says where. */
  async #syncAll(): Promise<void> {
    const failed = this.#failedSync
    await this.#changes.run(() => this.#makeSure())
    await this.#sync(failed)
  }

  /** @param failed  the last failed sync before the bytes in question were written */
  #sync(failed: FailedSync): Promise<void> {
    return this.#syncs.run(() => this.#syncNow(failed))
  }

  async #syncNow(failed: FailedSync): Promise<void> {
    const leaving = this.#leaving.splice(0)
    try {
      if (this.#failedSync !== failed) throw this.#failedSync!.cause // it should have stored this too
      await this.#file.sync()
    } catch (err) {
      this.#failedSync = { cause: err }
      this.#leaving.push(...leaving)
      this.#isSure = false
      for (const file of this.#handles.values()) file.doubt.fail(err)
      throw err
    }
    this.#space.give(leaving)
  }

  /** Makes sure that every extent can be read to its end. If there is no space for that, they are free again. */
  async #reach(taken: readonly Extent[]): Promise<void> {
    const bytes = Math.max(...taken.map(({ start, count }) => (start + count) * UNIT_BYTES))
    if (bytes <= this.#bytes) return
    try {
      await this.#file.write(bytes - 1, b4a.alloc(1))
    } catch (err) {
      this.#space.give(taken)
      throw err
    }
    this.#bytes = bytes
  }
}

function isSame(a: Directory, b: Directory): boolean {
  return (
    a.generation === b.generation &&
    a.extent?.start === b.extent?.start &&
    b4a.equals(encodeEntries(a.entries), encodeEntries(b.entries))
  )
}
