import b4a from 'b4a'
import { decodeFrame, encodeFrame } from '../bytes/frame.js'
import type { Disk, DiskFile } from '../disk/disk.js'
import { MANIFEST_FILES } from '../disk/file-names.js'
import { unlessCorrupt } from '../disk/system-errors.js'
import { decodeManifest, encodeManifest, type Manifest } from './manifest.js'

const MAGIC = 'KVMANFST'
const VERSION = 1

/** Keeps the manifest in two files, written in turn. */
export class ManifestFiles {
  readonly #files: readonly DiskFile[]
  /** encoded: the manifest that was read or written last */
  #newest: Uint8Array | null = null
  /** the one before it, while a failed write leaves it open which of the two is on the disk */
  #before: Uint8Array | null = null

  constructor(disk: Disk) {
    this.#files = MANIFEST_FILES.map((name) => disk.file(name))
  }

  /**
   * @returns  the newer one of those that are whole; null = a new store, without any
   * @throws ENGINE_CORRUPT when both are damaged, ENGINE_VERSION
   */
  async read(): Promise<Manifest | null> {
    this.#newest = await this.#find()
    return this.#newest === null ? null : decodeManifest(this.#newest)
  }

  /** Whether the newest manifest on the disk is still one of those that were read or written here. */
  async isCurrent(): Promise<boolean> {
    const found = await this.#find()
    const ours = [this.#newest, ...(this.#before === null ? [] : [this.#before])]
    return ours.some((each) => (each === null || found === null ? each === found : b4a.equals(each, found)))
  }

  /**
   * Once it resolves this is the manifest, also after a loss of power. When it fails, this one or the one before
   * is: then the same one is to be written again until it resolves, before another one is.
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

  /** @returns the payload of the newest manifest that is whole */
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
