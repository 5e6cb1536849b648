import type { Disk, DiskFile } from './disk.js'
import { decodeFrame, encodeFrame } from './frame.js'
import { type Manifest, decodeManifest, encodeManifest } from './manifest.js'

const MAGIC = 'KVMANFST'
const VERSION = 1

/** Even generations are in the first file, odd ones in the second: writing one leaves the one before it whole. */
export const MANIFEST_FILES = ['MANIFEST-0', 'MANIFEST-1'] as const

/** Keeps the manifest in two files, written in turn. */
export class ManifestFiles {
  readonly #files: readonly DiskFile[]

  constructor(disk: Disk) {
    this.#files = MANIFEST_FILES.map((name) => disk.file(name))
  }

  /**
   * @returns  the newer one of those that are whole; null = a new store, without any
   * @throws ENGINE_CORRUPT when both are damaged, ENGINE_VERSION
   */
  async read(): Promise<Manifest | null> {
    const found: Manifest[] = []
    const failures: unknown[] = []
    for (const file of this.#files) {
      try {
        const size = await file.size()
        if (size === 0) continue
        found.push(decodeManifest(decodeFrame(await file.read(0, size), MAGIC, VERSION, file.name)))
      } catch (err) {
        if ((err as { code?: unknown }).code !== 'ENGINE_CORRUPT') throw err
        failures.push(err) // the other one may be whole
      }
    }
    if (found.length > 0) return found.toSorted((a, b) => b.generation - a.generation)[0]!
    if (failures.length > 0) throw failures[0]
    return null
  }

  /** Once it resolves this is the manifest, also after a loss of power. May be tried again when it fails. */
  async write(manifest: Manifest): Promise<void> {
    const file = this.#files[manifest.generation % 2]!
    await file.write(0, encodeFrame(MAGIC, VERSION, encodeManifest(manifest)))
    await file.sync()
  }
}
