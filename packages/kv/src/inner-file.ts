import b4a from 'b4a'
import { type DirectoryEntry, UNIT_BYTES, capacityOf } from './directory.js'
import type { DiskFile } from './disk.js'
import { corrupt } from './frame.js'

/** What changes the directory. */
export interface InnerFileHooks {
  readonly entry: () => DirectoryEntry | undefined
  readonly grow: (bytes: number) => Promise<void>
  readonly remove: () => Promise<void>
  readonly finish: (size: number) => Promise<void>
}

/** A file inside a file. */
export class InnerFile implements DiskFile {
  readonly name: string
  readonly #outer: DiskFile
  readonly #hooks: InnerFileHooks
  #written = 0

  constructor(name: string, outer: DiskFile, hooks: InnerFileHooks) {
    this.name = name
    this.#outer = outer
    this.#hooks = hooks
  }

  get canSync(): boolean {
    return this.#outer.canSync
  }

  async size(): Promise<number> {
    const entry = this.#hooks.entry()
    return entry === undefined ? 0 : entry.size || capacityOf(entry.extents)
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const size = await this.size()
    if (offset + length > size)
      throw corrupt(this.name, offset, `${length} bytes were to be read, the file has ${size}`)
    const pieces = this.#pieces(offset, length)
    if (pieces.length === 1) return this.#outer.read(pieces[0]!.at, length)
    return b4a.concat(await Promise.all(pieces.map((piece) => this.#outer.read(piece.at, piece.length))))
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const end = offset + bytes.byteLength
    const entry = this.#hooks.entry()
    if (entry === undefined || end > capacityOf(entry.extents)) await this.#hooks.grow(end)
    for (const { at, from, length } of this.#pieces(offset, bytes.byteLength))
      await this.#outer.write(at, bytes.subarray(from, from + length))
    this.#written = Math.max(this.#written, end)
  }

  /** Bytes that are cut off are still read, until others are written there. */
  async truncate(size: number): Promise<void> {
    this.#written = Math.min(this.#written, size)
    if (size === 0) await this.#hooks.remove()
  }

  finish(): Promise<void> {
    return this.#hooks.finish(this.#written)
  }

  sync(): Promise<void> {
    return this.#outer.sync()
  }

  /** at: in the outer file; from: in the bytes asked for */
  #pieces(offset: number, bytes: number): { at: number; from: number; length: number }[] {
    const pieces = []
    let start = 0
    let from = 0
    for (const extent of this.#hooks.entry()?.extents ?? []) {
      const end = start + extent.count * UNIT_BYTES
      const begin = Math.max(offset + from, start)
      const length = Math.min(offset + bytes, end) - begin
      if (length > 0) {
        pieces.push({ at: extent.start * UNIT_BYTES + begin - start, from, length })
        from += length
      }
      start = end
    }
    return pieces
  }
}
