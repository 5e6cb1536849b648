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

/** What a catalog goes on from. */
export interface CatalogStart {
  readonly manifests: ManifestFiles
  readonly manifest: Manifest
  /** a number that no file has, nor a greater one */
  readonly nextId: number
}

/**
 * Which files a store consists of: changes them, and removes those that nobody needs any more.
 *
 * A manifest whose writing failed may be on the disk all the same, or not. So an edit is made in memory first, and
 * until its manifest is known to be stored the files that the manifest before needs stay too, and no other one is
 * written. What an open reads is in doubt in the same way: what was not stored may have been read out of memory.
 */
export class Catalog {
  readonly files: StoreFiles
  readonly values: ValueFiles
  readonly #disk: Disk
  readonly #manifests: ManifestFiles
  readonly #cache: BlockCache
  #manifest: Manifest
  #nextId: number
  /** numbers given out or dropped: what a crash would leave behind */
  readonly #garbage = new Set<number>()
  readonly #open = new Map<number, Segment>()
  /** by file: how many versions need it */
  readonly #needed = new Map<number, number>()
  readonly #removing = new Set<Promise<void>>()
  /** removals that wait for the end of a suspension */
  #postponed: (() => void)[] | null = null
  #current: Version
  /** what goes once the manifest is known to be stored; null = it is */
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

  /** Whether the latest edit is still being written, or its writing failed. */
  get isUncertain(): boolean {
    return this.#superseded !== null && this.#superseded.length > 0
  }

  /** Whether the manifest on the disk is one that this catalog wrote or read last. */
  async isCurrent(): Promise<boolean> {
    return (await this.#disk.isCurrent()) && (await this.#manifests.isCurrent())
  }

  /** Opens every file of the manifest, so that its removal by someone else takes nothing away. @throws ENGINE_CORRUPT */
  hold(): Promise<void> {
    return this.values.openAll(this.#manifest.valueFiles.map(({ id }) => id))
  }

  /** After a suspension. @returns false = one is gone */
  async holdAgain(): Promise<boolean> {
    const { levels, valueFiles } = this.#manifest
    const names = [
      ...levels.flat().map(({ id }) => segmentFileName(id)),
      ...valueFiles.map(({ id }) => valueFileName(id))
    ]
    const sizes = await allDone(names.map((name) => this.#disk.file(name).size()))
    return !sizes.includes(0)
  }

  /** a number that no file has */
  nextId(): number {
    const id = this.#nextId++
    this.#garbage.add(id)
    return id
  }

  /** An open segment of a version that is held. */
  segment(id: number): Segment {
    return this.#open.get(id)!
  }

  /** A number that was given out is that of the log in use. */
  keep(log: number): void {
    this.#garbage.delete(log)
  }

  /** The making of a log failed. */
  discardLog(id: number): void {
    this.#remove(id, logFileName(id))
  }

  /** Numbers of files that are of no use: a manifest names them until they are removed. */
  addGarbage(ids: readonly number[]): void {
    for (const id of ids) this.#garbage.add(id)
  }

  /** Their files are removed. */
  dropGarbage(ids: readonly number[]): void {
    for (const id of ids) this.#garbage.delete(id)
  }

  /**
   * Makes an edit visible; settle() makes it permanent. When it fails nothing has changed, and the files it added
   * are gone.
   * @param logs  flushed: what the edit holds, which is removed; next: the oldest log that is needed now
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

  /** Stores the same as one generation more. */
  async renew(): Promise<void> {
    await this.apply({ removed: [], level: 0, added: [], addedValueFiles: [] })
    await this.settle()
  }

  /** Once it resolves the latest edit survives a loss of power. When it fails it is to be tried again. */
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

  /** Nothing is removed until resume(): the files may be someone else's meanwhile. */
  async suspend(): Promise<void> {
    this.#postponed ??= []
    while (this.#removing.size > 0) await Promise.all(this.#removing)
  }

  resume(): void {
    const postponed = this.#postponed ?? []
    this.#postponed = null
    for (const remove of postponed) remove()
  }

  /** Waits for files that are being removed. */
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

  /** The files of an edit that no manifest names. */
  #discard({ added, addedValueFiles }: LevelEdit): void {
    const needed = new Set(this.#current.fileIds()) // a segment that only moves is there already
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
        () => {} // stays garbage: the next open() removes it
      )
      .then(() => void this.#removing.delete(removing))
    this.#removing.add(removing)
  }
}
