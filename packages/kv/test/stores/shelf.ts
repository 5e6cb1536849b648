import type { RandomAccess } from '../../src/index.js'

type Callback = (err: Error | null) => void

/** Files in memory that a test may look at, damage, deprive of power or fill up. */
export class Shelf {
  readonly files: Map<string, Buffer>
  /** what a loss of power would leave */
  #synced = new Map<string, Buffer>()
  /** open instances */
  handles = 0
  syncs = 0
  writes = 0
  /** called at every write */
  onWrite: ((name: string, offset: number, length: number) => void) | null = null
  /** what writes fail with, half-way or at their end */
  failWrites: Error | null = null
  failAtEnd = false
  /** bytes that still fit; a write that does not fit writes what does */
  space = Infinity

  constructor(files: ReadonlyMap<string, Buffer> = new Map()) {
    this.files = new Map(files)
    this.#synced = new Map(files)
  }

  get bytes(): number {
    return [...this.files.values()].reduce((sum, bytes) => sum + bytes.length, 0)
  }

  open = (name: string): RandomAccess => new ShelfFile(this, name)

  /** for the option of that name */
  sync = async (file: RandomAccess): Promise<void> => {
    const { name } = file as ShelfFile
    this.syncs++
    const bytes = this.files.get(name)
    if (bytes === undefined) this.#synced.delete(name)
    else this.#synced.set(name, Buffer.from(bytes))
  }

  /** What the disk holds after a loss of power; of an unsynced file each page is there or not. */
  afterPowerLoss(random: (n: number) => number): Map<string, Buffer> {
    const left = new Map<string, Buffer>()
    for (const [name, bytes] of this.files) {
      const synced = this.#synced.get(name) ?? Buffer.alloc(0)
      const length = random(2) === 0 ? bytes.length : Math.min(bytes.length, synced.length)
      const kept = Buffer.alloc(length)
      for (let page = 0; page < length; page += PAGE_BYTES) {
        const source = random(2) === 0 ? bytes : synced
        if (page < source.length) source.copy(kept, page, page, Math.min(page + PAGE_BYTES, length))
      }
      left.set(name, kept)
    }
    for (const [name, bytes] of this.#synced) if (!left.has(name) && random(2) === 0) left.set(name, bytes)
    return left
  }

  write(name: string, offset: number, bytes: Uint8Array): void {
    this.writes++
    const before = this.files.get(name) ?? Buffer.alloc(0)
    const room = this.failWrites === null ? this.space : this.failAtEnd ? bytes.length : bytes.length >> 1
    const fits = Math.min(bytes.length, Math.max(0, before.length - offset) + room)
    const after = Buffer.alloc(Math.max(before.length, offset + fits))
    before.copy(after)
    after.set(bytes.subarray(0, fits), offset)
    this.space -= after.length - before.length
    this.files.set(name, after)
    this.onWrite?.(name, offset, fits)
    if (this.failWrites !== null) throw this.failWrites
    if (fits < bytes.length) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  }
}

const PAGE_BYTES = 512

class ShelfFile implements RandomAccess {
  readonly name: string
  readonly #shelf: Shelf
  #isOpen = false
  #isClosed = false

  constructor(shelf: Shelf, name: string) {
    this.#shelf = shelf
    this.name = name
  }

  read(offset: number, size: number, callback: (err: Error | null, bytes?: Uint8Array) => void): void {
    this.#do(callback, () => {
      const bytes = this.#shelf.files.get(this.name) ?? Buffer.alloc(0)
      if (offset + size > bytes.length) throw new Error('could not satisfy length')
      return Buffer.from(bytes.subarray(offset, offset + size))
    })
  }

  write(offset: number, bytes: Uint8Array, callback: Callback): void {
    this.#do(callback, () => this.#shelf.write(this.name, offset, bytes))
  }

  truncate(size: number, callback: Callback): void {
    this.#do(callback, () => {
      const bytes = this.#shelf.files.get(this.name) ?? Buffer.alloc(0)
      this.#shelf.space += bytes.length - size
      const after = Buffer.alloc(size)
      bytes.copy(after)
      this.#shelf.files.set(this.name, after)
    })
  }

  stat(callback: (err: Error | null, stat?: { size: number }) => void): void {
    this.#do(callback, () => {
      const bytes = this.#shelf.files.get(this.name)
      if (bytes === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      return { size: bytes.length }
    })
  }

  unlink(callback: Callback): void {
    this.#shelf.space += this.#shelf.files.get(this.name)?.length ?? 0
    this.#shelf.files.delete(this.name)
    this.close(callback)
  }

  suspend(callback: Callback): void {
    if (this.#isOpen) this.#shelf.handles--
    this.#isOpen = false
    queueMicrotask(() => callback(null))
  }

  close(callback: Callback): void {
    this.suspend(callback)
    this.#isClosed = true
  }

  #do<T>(callback: (err: Error | null, result?: T) => void, fn: () => T): void {
    queueMicrotask(() => {
      let result: T
      try {
        if (this.#isClosed) throw new Error('closed')
        if (!this.#isOpen) this.#shelf.handles++
        this.#isOpen = true
        result = fn()
      } catch (err) {
        return callback(err as Error)
      }
      callback(null, result)
    })
  }
}
