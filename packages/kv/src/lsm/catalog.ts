import type { Disk } from '../disk/disk.js'
import { allDone } from '../disk/failures.js'
import { logFileName, segmentFileName, valueFileName } from '../disk/file-names.js'
import { StoreFiles } from '../disk/store-files.js'
import {
  applyEdit,
  type LevelEdit,
  type Levels,
  liveValueBytes,
  type SegmentInfo,
  type ValueFileInfo
} from '../manifest/levels.js'
import type { Manifest, ManifestFiles } from '../manifest/manifest.js'
import type { BlockCache } from '../segment/block-cache.js'
import { Segment } from '../segment/segment.js'
import { ValueFiles } from '../values/reader.js'
import { Version } from './version.js'

/** What a catalog continues from. */
export interface CatalogStart {
  readonly manifests: ManifestFiles
  readonly manifest: Manifest
  /** No file has this number or a greater one. */
  readonly nextId: number
}

/**
 * Knows which files a store consists of, changes that, and removes files that nobody needs any more.
 *
 * A manifest whose writing failed may be on the disk or not. An edit is therefore made in memory first. Until its manifest is
 * known to be stored, the files that the previous manifest needs stay as well, and no other manifest is written. What an open
 * has read is in doubt in the same way: the system may have had it in memory only.
 */
export class Catalog {
  readonly files: StoreFiles
  readonly values: ValueFiles
  readonly #disk: Disk
  readonly #manifests: ManifestFiles
  readonly #cache: BlockCache
  #manifest: Manifest
  #nextId: number
  /** numbers that were given out or dropped: what a crash would leave behind */
  readonly #garbage = new Set<number>()
  readonly #open = new Map<number, Segment>()
  /** by number of a file: how many versions need it */
  readonly #needed = new Map<number, number>()
  readonly #removing = new Set<Promise<void>>()
  /** removals that wait for the end of a suspension; null = it is not suspended */
  #postponed: (() => void)[] | null = null
  #current: Version
  /** what is removed once the manifest is known to be stored; null = it is known */
  #superseded: (() => void)[] | null = []
  #settling: Promise<void> | null = null

  /** Opens the segments of a manifest. @throws ENGINE_CORRUPT, ENGINE_VERSION */
  static async open(disk: Disk, start: CatalogStart, cache: BlockCache): Promise<Catalog> {
    const catalog = new Catalog(disk, start, cache)
    const { levels, valueFiles } = start.manifest
    catalog.#current = catalog.#version(await catalog.#openAll(levels), valueFiles)
    return catalog
  }

  private constructor(disk: Disk, { manifests, manifest, nextId }: CatalogStart, cache: BlockCache) {
    this.#disk = disk
    this.files = new StoreFiles(disk)
    this.values = new ValueFiles(this.files)
    this.#manifests = manifests
    this.#manifest = manifest
    this.#nextId = nextId
    this.#cache = cache
    this.#current = this.#version([], [])
  }

  get current(): Version {
    return this.#current
  }

  get manifest(): Manifest {
    return this.#manifest
  }

  /** Is the latest edit still being written, or has its writing failed? */
  get isUncertain(): boolean {
    return this.#superseded !== null && this.#superseded.length > 0
  }

  /** Is the manifest on the disk one that this catalog wrote or read last? */
  async isCurrent(): Promise<boolean> {
    return (await this.#disk.isCurrent()) && (await this.#manifests.isCurrent())
  }

  /** Opens every file of the manifest, so that they can be read even if someone else removes them. @throws ENGINE_CORRUPT */
  hold(): Promise<void> {
    return this.values.openAll(this.#manifest.valueFiles.map(({ id }) => id))
  }

  /** The same after a suspension. @returns false = a file is gone */
  async holdAgain(): Promise<boolean> {
    const { levels, valueFiles } = this.#manifest
    const names = [
      ...levels.flat().map(({ id }) => segmentFileName(id)),
      ...valueFiles.map(({ id }) => valueFileName(id))
    ]
    const sizes = await allDone(names.map((name) => this.#disk.file(name).size()))
    return !sizes.includes(0)
  }

  /** A number that no file has. */
  nextId(): number {
    const id = this.#nextId++
    this.#garbage.add(id)
    return id
  }

  /** An open segment. A version that has it must be held. */
  segment(id: number): Segment {
    return this.#open.get(id)!
  }

  /** Says that a number that was given out is now that of the log in use. */
  keep(log: number): void {
    this.#garbage.delete(log)
  }

  /** Says that making a log has failed. */
  discardLog(id: number): void {
    this.#remove(id, logFileName(id))
  }

  /** Adds numbers of files that are of no use. The manifest names them until they are removed. */
  addGarbage(ids: readonly number[]): void {
    for (const id of ids) this.#garbage.add(id)
  }

  /** Says that the files of these numbers are removed. */
  dropGarbage(ids: readonly number[]): void {
    for (const id of ids) this.#garbage.delete(id)
  }

  /**
   * Makes an edit visible; settle() makes it permanent. If it fails, nothing has changed, and the files that it added are
   * removed.
   * @param logs  flushed: the log whose content the edit adds, which is removed; next: the oldest log that is needed now
   */
  async apply(edit: LevelEdit, logs?: { flushed: number; next: number }): Promise<void> {
    const before = this.#current
    let after: Version
    let levels: Levels
    try {
      await this.settle()
      levels = applyEdit(this.#manifest.levels, edit)
      const live = liveValueBytes(levels)
      const valueFiles = [...this.#manifest.valueFiles, ...edit.addedValueFiles].filter(({ id }) =>
        live.has(id)
      )
      after = this.#version(await this.#openAll(levels), valueFiles)
    } catch (err) {
      this.#discard(edit)
      throw err
    }
    const garbage = new Set([...this.#garbage, ...before.fileIds()])
    for (const id of after.fileIds()) garbage.delete(id)
    if (logs !== undefined) garbage.add(logs.flushed)
    this.#manifest = {
      generation: this.#manifest.generation + 1,
      log: logs?.next ?? this.#manifest.log,
      nextId: this.#nextId,
      garbage: [...garbage],
      levels,
      valueFiles: after.valueFiles
    }
    this.#current = after
    this.addGarbage(before.fileIds())
    this.dropGarbage(after.fileIds())
    this.#superseded = [() => before.release()]
    if (logs !== undefined) this.#superseded.push(() => this.#remove(logs.flushed, logFileName(logs.flushed)))
  }

  /** Stores the same manifest as the next generation. */
  async renew(): Promise<void> {
    await this.apply({ removed: [], level: 0, added: [], addedValueFiles: [] })
    await this.settle()
  }

  /** Once it resolves, the latest edit survives a loss of power. If it fails, it must be tried again. */
  settle(): Promise<void> {
    if (this.#superseded === null) return Promise.resolve()
    this.#settling ??= this.#settle().finally(() => (this.#settling = null))
    return this.#settling
  }

  async #settle(): Promise<void> {
    await this.#manifests.write(this.#manifest)
    const superseded = this.#superseded ?? []
    this.#superseded = null
    for (const remove of superseded) remove()
  }

  /** Removes nothing until resume(): meanwhile the files may belong to someone else. */
  async suspend(): Promise<void> {
    this.#postponed ??= []
    while (this.#removing.size > 0) await Promise.all(this.#removing)
  }

  resume(): void {
    const postponed = this.#postponed ?? []
    this.#postponed = null
    for (const remove of postponed) remove()
  }

  /** Waits until the files that are being removed are gone. */
  async close(): Promise<void> {
    while (this.#removing.size > 0) await Promise.all(this.#removing)
  }

  async #openAll(levels: Levels): Promise<Segment[][]> {
    return allDone(levels.map((level) => allDone(level.map((info) => this.#openSegment(info)))))
  }

  async #openSegment(info: SegmentInfo): Promise<Segment> {
    const open = this.#open.get(info.id)
    if (open !== undefined) return open
    const file = await this.files.open(segmentFileName(info.id))
    const segment = await Segment.open(file, info, { cache: this.#cache, values: this.values })
    this.#open.set(info.id, segment)
    return segment
  }

  /** Removes the files of an edit, which no manifest names. */
  #discard({ added, addedValueFiles }: LevelEdit): void {
    const needed = new Set(this.#current.fileIds()) // a segment that only changes its level is in use
    for (const { id } of added) {
      if (needed.has(id)) continue
      this.#open.delete(id)
      this.#remove(id, segmentFileName(id))
    }
    for (const { id } of addedValueFiles) this.#remove(id, valueFileName(id))
  }

  #version(segments: Segment[][], valueFiles: readonly ValueFileInfo[]): Version {
    const version = new Version(segments, valueFiles, () => {
      for (const id of version.fileIds()) this.#release(id)
    })
    for (const id of version.fileIds()) this.#needed.set(id, (this.#needed.get(id) ?? 0) + 1)
    return version
  }

  #release(id: number): void {
    const needed = this.#needed.get(id)! - 1
    this.#needed.set(id, needed)
    if (needed > 0) return
    this.#needed.delete(id)
    const isSegment = this.#open.delete(id)
    if (!isSegment) this.values.forget(id)
    this.#remove(id, isSegment ? segmentFileName(id) : valueFileName(id))
  }

  #remove(id: number, name: string): void {
    this.#garbage.add(id)
    if (this.#postponed !== null) return void this.#postponed.push(() => this.#remove(id, name))
    const removing = this.files
      .remove(name)
      .then(
        () => this.#garbage.delete(id),
        () => {} // it stays garbage, and the next open() removes it
      )
      .then(() => void this.#removing.delete(removing))
    this.#removing.add(removing)
  }
}
