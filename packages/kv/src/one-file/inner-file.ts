import b4a from 'b4a'
import { type DirectoryEntry, UNIT_BYTES, capacityOf } from './directory.js'
import type { DiskFile } from '../disk/disk.js'
import { corrupt } from '../bytes/frame.js'
import { SyncDoubt } from '../disk/sync-doubt.js'

/** Enough to make sure that what lies there is no longer a record of a log. */
const CUT_BYTES = 16

/** What an inner file asks of the directory and of the outer file. */
export interface InnerFileHooks {
  readonly entry: () => DirectoryEntry | undefined
  /** Makes room for so many bytes. */
  readonly reserve: (bytes: number) => Promise<void>
  /** Takes all room away. */
  readonly empty: () => Promise<void>
  readonly finish: (size: number) => Promise<void>
  readonly sync: () => Promise<void>
}

/** A file inside a file. */
export class InnerFile implements DiskFile {
  readonly name: string
  /** the disk tells it if another of its files could not be synced */
  readonly doubt: SyncDoubt = new SyncDoubt()
  readonly #outer: DiskFile
  readonly #hooks: InnerFileHooks
  #written = 0
  /** up to here writes, failed ones included, may have written */
  #touched = 0

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
      throw corrupt(this.name, offset, `${length} bytes should be there, and the file has only ${size}`)
    const pieces = this.#pieces(offset, length)
    if (pieces.length === 1) return this.#outer.read(pieces[0]!.at, length)
    return b4a.concat(await Promise.all(pieces.map((piece) => this.#outer.read(piece.at, piece.length))))
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const end = offset + bytes.byteLength
    await this.#hooks.reserve(end)
    this.#touched = Math.max(this.#touched, end)
    await this.doubt.write(offset, end, async () => {
      for (const { at, from, length } of this.#pieces(offset, bytes.byteLength))
        await this.#outer.write(at, bytes.subarray(from, from + length))
    })
    this.#written = Math.max(this.#written, end)
  }

  /** Overwrites with zeros what is cut off and was written since the store was opened; of older bytes only the first ones. */
  async truncate(size: number): Promise<void> {
    if (size === 0) await this.#hooks.empty()
    else await this.#clear(size, this.#touched === 0 ? size + CUT_BYTES : this.#touched)
    this.#touched = Math.min(this.#touched, size)
    this.#written = Math.min(this.#written, size)
  }

  finish(): Promise<void> {
    return this.#hooks.finish(this.#written)
  }

  sync(): Promise<void> {
    return this.doubt.sync(this.#hooks.sync)
  }

  async #clear(start: number, end: number): Promise<void> {
    const length = Math.min(end, await this.size()) - start
    if (length > 0) await this.write(start, b4a.alloc(length))
    this.doubt.cut(start)
  }

  /** The parts of a stretch of bytes. `at`: in the outer file; `from`: in the stretch. */
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
