import b4a from 'b4a'
import { EngineError } from '../errors.js'
import type { Claim, LockableFile } from './disk.js'
import { unlessMissing } from './failures.js'
import type { RandomAccess } from './random-access.js'
import { SyncDoubt } from './sync-doubt.js'

/** Makes sure that what was written to a file survives a loss of power. */
export type Sync = (file: RandomAccess) => Promise<void>

/** A file that is one instance of a random-access-storage, with promises. */
export class RandomAccessDiskFile implements LockableFile {
  readonly name: string
  readonly instance: RandomAccess
  readonly #sync: Sync | undefined
  /** An instance whose file does not exist fails until it is written to. */
  #isMissing = false
  #claim: Claim | null = null

  constructor(name: string, instance: RandomAccess, sync?: Sync) {
    this.name = name
    this.instance = instance
    this.#sync = sync
  }

  /** The instance has looked for its file in vain, and opens nothing until it is written to. */
  get isMissing(): boolean {
    return this.#isMissing
  }

  async size(): Promise<number> {
    if (this.#isMissing) return 0
    try {
      const stat = await call<{ size: number }>((done) => this.instance.stat(done))
      return stat.size
    } catch (err) {
      unlessMissing(err)
      this.#isMissing = true
      return 0
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (length === 0) return b4a.alloc(0)
    try {
      return await call<Uint8Array>((done) => this.instance.read(offset, length, done))
    } catch (cause) {
      // Every storage has its own error for a read beyond the end.
      const size = await this.size()
      if (offset + length <= size) throw cause
      const message = `${this.name} at ${offset}: ${length} bytes should be there, and the file has only ${size}`
      throw new EngineError('ENGINE_CORRUPT', message, { cause, file: this.name, offset })
    }
  }

  write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#isMissing = false
    return call((done) => this.instance.write(offset, bytes, done))
  }

  truncate(size: number): Promise<void> {
    this.#isMissing = false
    return call((done) => this.instance.truncate(size, done))
  }

  async finish(): Promise<void> {}

  get fd(): number | null {
    return typeof this.instance.fd === 'number' ? this.instance.fd : null
  }

  get path(): string | null {
    return typeof this.instance.filename === 'string' ? this.instance.filename : null
  }

  hold(claim: Claim): void {
    this.#claim = claim
  }

  get canSync(): boolean {
    return this.#sync !== undefined || this.fd !== null
  }

  async sync(): Promise<void> {
    if (!this.canSync) return
    await this.size() // opens it, if it was suspended
    if (this.#sync !== undefined) await this.#sync(this.instance)
    else await fdatasync(this.fd!)
  }

  async remove(): Promise<void> {
    await call((done) => this.instance.unlink(done)).catch(unlessMissing) // it is gone, as it should be
  }

  async suspend(): Promise<void> {
    this.#isMissing = false // the next use opens it again
    try {
      if (this.instance.suspend !== undefined) await call((done) => this.instance.suspend!(done))
    } finally {
      this.#letGo()
    }
  }

  async close(): Promise<void> {
    try {
      await call((done) => this.instance.close(done))
    } finally {
      this.#letGo()
    }
  }

  #letGo(): void {
    const claim = this.#claim
    this.#claim = null
    claim?.release()
  }
}

/** Makes a promise of an operation with a callback. */
export function call<T = void>(fn: (done: (err: Error | null, result?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => fn((err, result) => (err ? reject(err) : resolve(result as T))))
}

/** A file whose sync() resolves only if everything is stored, even after an earlier sync() has failed. */
export class CertainFile extends RandomAccessDiskFile {
  readonly #doubt = new SyncDoubt()

  override write(offset: number, bytes: Uint8Array): Promise<void> {
    return this.#doubt.write(offset, offset + bytes.byteLength, () => super.write(offset, bytes))
  }

  override async truncate(size: number): Promise<void> {
    await super.truncate(size)
    this.#doubt.cut(size)
  }

  override sync(): Promise<void> {
    return this.#doubt.sync(() => super.sync())
  }
}

/** `fs` is loaded at the first call: never in a browser, nor for a storage without descriptors. */
async function fdatasync(fd: number): Promise<void> {
  const { default: fs } = await import('fs')
  return new Promise((resolve, reject) => fs.fdatasync(fd, (err) => (err ? reject(err) : resolve())))
}
