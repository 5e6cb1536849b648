import b4a from 'b4a'
import { FieldReader, FieldWriter } from '../bytes/fields.js'
import { decodeFrame, encodeFrame } from '../bytes/frame.js'
import type { Disk, DiskFile } from '../disk/disk.js'
import { unlessCorrupt } from '../disk/failures.js'
import { MANIFEST_FILES } from '../disk/file-names.js'
import type { Levels, SegmentInfo, ValueFileInfo, ValueShare } from './levels.js'

/** What a store consists of: which logs, segments and value files count. */
export interface Manifest {
  /** Grows by one each time the manifest is written. */
  readonly generation: number
  /** The oldest log that is not in segments yet. Each log names the next one. */
  readonly log: number
  /** No file has this number or a greater one, except logs and what a crash has left behind. */
  readonly nextId: number
  /** Numbers of files that may exist and are of no use. */
  readonly garbage: readonly number[]
  readonly levels: Levels
  readonly valueFiles: readonly ValueFileInfo[]
}

function encodeManifest(manifest: Manifest): Uint8Array {
  const fields = new FieldWriter()
  fields.varint(manifest.generation)
  fields.varint(manifest.log)
  fields.varint(manifest.nextId)
  writeList(fields, manifest.garbage, (id) => fields.varint(id))
  writeList(fields, manifest.levels, (level) =>
    writeList(fields, level, (info) => writeSegment(fields, info))
  )
  writeList(fields, manifest.valueFiles, ({ id, bytes }) => {
    fields.varint(id)
    fields.varint(bytes)
  })
  return fields.finish()
}

/** @param payload  proved by a checksum */
function decodeManifest(payload: Uint8Array): Manifest {
  const fields = new FieldReader(payload)
  return {
    generation: fields.varint(),
    log: fields.varint(),
    nextId: fields.varint(),
    garbage: readList(fields, () => fields.varint()),
    levels: readList(fields, () => readList(fields, () => readSegment(fields))),
    valueFiles: readList(fields, () => ({ id: fields.varint(), bytes: fields.varint() }))
  }
}

function writeSegment(fields: FieldWriter, info: SegmentInfo): void {
  fields.varint(info.id)
  fields.varint(info.bytes)
  fields.varint(info.entries)
  fields.varint(info.deleted)
  fields.bytes(info.start)
  fields.bytes(info.end)
  writeList(fields, info.values, ({ file, bytes }) => {
    fields.varint(file)
    fields.varint(bytes)
  })
}

function readSegment(fields: FieldReader): SegmentInfo {
  return {
    id: fields.varint(),
    bytes: fields.varint(),
    entries: fields.varint(),
    deleted: fields.varint(),
    start: b4a.from(fields.slice(fields.varint())),
    end: b4a.from(fields.slice(fields.varint())),
    values: readList(fields, (): ValueShare => ({ file: fields.varint(), bytes: fields.varint() }))
  }
}

function writeList<T>(fields: FieldWriter, list: readonly T[], write: (item: T) => void): void {
  fields.varint(list.length)
  for (const item of list) write(item)
}

function readList<T>(fields: FieldReader, read: () => T): T[] {
  return Array.from({ length: fields.varint() }, read)
}

const MAGIC = 'KVMANFST'
const VERSION = 1

/** Keeps the manifest in two files, written in turn. */
export class ManifestFiles {
  readonly #files: readonly DiskFile[]
  /** the manifest that was read or written last, encoded */
  #newest: Uint8Array | null = null
  /** the one before it, while a failed write leaves open which of the two is on the disk */
  #before: Uint8Array | null = null

  constructor(disk: Disk) {
    this.#files = MANIFEST_FILES.map((name) => disk.file(name))
  }

  /**
   * @returns  the newer of those that are whole; null = a new store, which has none
   * @throws ENGINE_CORRUPT, if both are damaged; ENGINE_VERSION
   */
  async read(): Promise<Manifest | null> {
    this.#newest = await this.#find()
    return this.#newest === null ? null : decodeManifest(this.#newest)
  }

  /** Is the newest manifest on the disk still one that was read or written here? */
  async isCurrent(): Promise<boolean> {
    const found = await this.#find()
    const ours = [this.#newest, ...(this.#before === null ? [] : [this.#before])]
    return ours.some((each) => (each === null || found === null ? each === found : b4a.equals(each, found)))
  }

  /**
   * Once it resolves, this is the manifest, even after a loss of power. If it fails, this one or the one before it is: the
   * same one must then be written again, until that succeeds, before any other.
   */
  async write(manifest: Manifest): Promise<void> {
    const payload = encodeManifest(manifest)
    if (this.#newest === null || !b4a.equals(this.#newest, payload)) this.#before = this.#newest
    this.#newest = payload
    const file = this.#files[manifest.generation % 2]!
    await file.write(0, encodeFrame(MAGIC, VERSION, payload))
    await file.sync()
    this.#before = null
  }

  /** The payload of the newest manifest that is whole. */
  async #find(): Promise<Uint8Array | null> {
    const found: Uint8Array[] = []
    const failures: unknown[] = []
    for (const file of this.#files) {
      try {
        const size = await file.size()
        if (size > 0) found.push(decodeFrame(await file.read(0, size), MAGIC, VERSION, file.name))
      } catch (err) {
        failures.push(unlessCorrupt(err)) // the other one may be whole
      }
    }
    const generation = (payload: Uint8Array): number => decodeManifest(payload).generation
    if (found.length > 0) return found.toSorted((a, b) => generation(b) - generation(a))[0]!
    if (failures.length > 0) throw failures[0]
    return null
  }
}
