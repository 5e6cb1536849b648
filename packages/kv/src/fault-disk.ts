import b4a from 'b4a'
import { noSpace } from './faults.js'
import type { RandomAccess } from './random-access.js'
import { call } from './random-access-disk.js'

/** How a file was before a change. */
interface Before {
  readonly name: string
  /** null = it was not there */
  readonly size: number | null
  readonly offset: number
  readonly bytes: Uint8Array
}

/** What the files of a FaultFiles share until the power is lost: space, order, and what was not synced. */
export class FaultDisk {
  space: number = Infinity
  /** of what was not synced, oldest first */
  #befores: Before[] = []
  /** reordered: acknowledged, to be written after the next write */
  #late: (() => Promise<void>)[] = []
  readonly #open = new Set<RandomAccess>()
  #last: Promise<unknown> = Promise.resolve()
  #isLost = false

  get isLost(): boolean {
    return this.#isLost
  }

  /** @throws EIO after a loss of power */
  check(): void {
    if (this.#isLost) throw Object.assign(new Error('EIO: the power was lost, as planned'), { code: 'EIO' })
  }

  add(file: RandomAccess): void {
    this.#open.add(file)
  }

  /** One change at a time, in the order of the calls. */
  inTurn(fn: () => Promise<void>): Promise<void> {
    const done = this.#last.then(() => {
      this.check()
      return fn()
    })
    this.#last = done.catch(() => {}) // told to who called
    return done
  }

  postpone(write: () => Promise<void>): void {
    this.#late.push(write)
  }

  /** Writes as much as there is space for. @throws ENOSPC */
  async write(name: string, file: RandomAccess, offset: number, bytes: Uint8Array): Promise<void> {
    const size = await this.#remember(name, file, offset, offset + bytes.byteLength)
    const fits = bytes.subarray(0, Math.max(0, size - offset + this.space))
    if (fits.byteLength > 0 || bytes.byteLength === 0) {
      await call((done) => file.write(offset, fits, done))
      this.space -= Math.max(0, offset + fits.byteLength - size)
    }
    if (fits.byteLength < bytes.byteLength) throw noSpace()
    await this.#writeLate()
  }

  async truncate(name: string, file: RandomAccess, size: number): Promise<void> {
    await this.#writeLate()
    const before = await this.#remember(name, file, size, Infinity)
    if (size - before > this.space) throw noSpace()
    await call((done) => file.truncate(size, done))
    this.space += before - size
  }

  async unlink(name: string, file: RandomAccess): Promise<void> {
    await this.#writeLate()
    const before = await this.#remember(name, file, 0, Infinity)
    await call((done) => file.unlink(done))
    this.#open.delete(file)
    this.space += before
  }

  async sync(name: string): Promise<void> {
    await this.#writeLate()
    this.#befores = this.#befores.filter((before) => before.name !== name)
  }

  async close(file: RandomAccess): Promise<void> {
    await this.#writeLate()
    this.#open.delete(file)
    await call((done) => file.close(done))
  }

  /** Nothing reaches the files any more, and they are again as they were when last synced. */
  async lose(open: (name: string) => RandomAccess): Promise<void> {
    this.#isLost = true
    await this.#last
    await Promise.all(Array.from(this.#open, (file) => call((done) => file.close(done))))

    const files = new Map<string, RandomAccess>()
    for (const { name, size, offset, bytes } of this.#befores.splice(0).toReversed()) {
      const file = files.get(name) ?? open(name)
      files.set(name, file)
      if (bytes.byteLength > 0) await call((done) => file.write(offset, bytes, done))
      if (size !== null) await call((done) => file.truncate(size, done))
      else if ((await sizeOf(file)) !== null) {
        await call((done) => file.unlink(done)) // which closes it
        files.delete(name)
      }
    }
    await Promise.all(Array.from(files.values(), (file) => call((done) => file.close(done))))
  }

  /** @returns the size before the change of `[start, end)` */
  async #remember(name: string, file: RandomAccess, start: number, end: number): Promise<number> {
    const size = await sizeOf(file)
    const length = Math.min(end, size ?? 0) - start
    const bytes = length > 0 ? await call<Uint8Array>((done) => file.read(start, length, done)) : b4a.alloc(0)
    this.#befores.push({ name, size, offset: start, bytes })
    return size ?? 0
  }

  async #writeLate(): Promise<void> {
    for (const write of this.#late.splice(0)) await write().catch(() => {}) // it was acknowledged
  }
}

/** null = it is not there */
async function sizeOf(file: RandomAccess): Promise<number | null> {
  try {
    const { size } = await call<{ size: number }>((done) => file.stat(done))
    return size
  } catch (err) {
    if ((err as { code?: unknown }).code === 'ENOENT') return null
    throw err
  }
}
