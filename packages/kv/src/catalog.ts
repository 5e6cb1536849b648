import type { BlockCache } from './block-cache.js'
import type { Disk } from './disk.js'
import { applyEdit, liveValueBytes } from './levels.js'
import { logFileName } from './log.js'
import type { Manifest } from './manifest.js'
import type { ManifestFiles } from './manifest-files.js'
import type { Recovered } from './recovery.js'
import { Segment } from './segment.js'
import {
  type LevelEdit,
  type Levels,
  type SegmentInfo,
  type ValueFileInfo,
  segmentFileName,
  valueFileName
} from './segment-info.js'
import { StoreFiles } from './store-files.js'
import { ValueFiles } from './value-files.js'
import { Version } from './version.js'

/** Which files a store consists of: changes them, and removes those that nobody needs any more. */
export class Catalog {
  readonly files: StoreFiles
  readonly values: ValueFiles
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
  #current: Version

  /** Opens the segments of a manifest. @throws ENGINE_CORRUPT, ENGINE_VERSION */
  static async open(disk: Disk, start: Recovered, cache: BlockCache): Promise<Catalog> {
    const catalog = new Catalog(disk, start, cache)
    const { levels, valueFiles } = start.manifest
    catalog.#current = catalog.#version(await catalog.#openAll(levels), valueFiles)
    return catalog
  }

  private constructor(disk: Disk, { manifests, manifest, nextId }: Recovered, cache: BlockCache) {
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

  /** Whether the manifest on the disk is the one that this catalog wrote or read last. */
  async isCurrent(): Promise<boolean> {
    return (await this.#manifests.read())?.generation === this.#manifest.generation
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

  /**
   * Makes an edit permanent, then visible. When it fails nothing has changed, and the files it added are gone.
   * @param logs  flushed: what the edit holds, which is removed; next: the oldest log that is needed now
   */
  async apply(edit: LevelEdit, logs?: { flushed: number; next: number }): Promise<void> {
    const { generation, levels: levelsBefore, valueFiles: valueFilesBefore } = this.#manifest
    const levels = applyEdit(levelsBefore, edit)
    const live = liveValueBytes(levels)
    const valueFiles = [...valueFilesBefore, ...edit.addedValueFiles].filter(({ id }) => live.has(id))

    const before = this.#current
    const after = this.#version(await this.#openAll(levels), valueFiles)
    const garbage = new Set([...this.#garbage, ...before.fileIds()])
    for (const id of after.fileIds()) garbage.delete(id)
    if (logs !== undefined) garbage.add(logs.flushed)
    const manifest: Manifest = {
      generation: generation + 1,
      log: logs?.next ?? this.#manifest.log,
      nextId: this.#nextId,
      garbage: [...garbage],
      levels,
      valueFiles
    }
    try {
      await this.#manifests.write(manifest)
    } catch (err) {
      after.release()
      throw err
    }
    this.#manifest = manifest
    this.#current = after
    for (const id of before.fileIds()) this.#garbage.add(id)
    for (const id of after.fileIds()) this.#garbage.delete(id)
    before.release()
    if (logs !== undefined) this.#remove(logs.flushed, logFileName(logs.flushed))
  }

  /** Waits for files that are being removed. */
  async close(): Promise<void> {
    while (this.#removing.size > 0) await Promise.all(this.#removing)
    await this.values.close()
  }

  async #openAll(levels: Levels): Promise<Segment[][]> {
    return Promise.all(levels.map((level) => Promise.all(level.map((info) => this.#openSegment(info)))))
  }

  async #openSegment(info: SegmentInfo): Promise<Segment> {
    const open = this.#open.get(info.id)
    if (open !== undefined) return open
    const file = await this.files.open(segmentFileName(info.id))
    const segment = await Segment.open(file, info, { cache: this.#cache, values: this.values })
    this.#open.set(info.id, segment)
    return segment
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
    if (!isSegment) void this.values.release(id)
    this.#remove(id, isSegment ? segmentFileName(id) : valueFileName(id))
  }

  #remove(id: number, name: string): void {
    this.#garbage.add(id)
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
