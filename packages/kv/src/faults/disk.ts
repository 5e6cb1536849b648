import { Queue } from '@manycore/ground'
import b4a from 'b4a'
import { unlessMissing } from '../disk/failures.js'
import { call } from '../disk/file.js'
import type { RandomAccess } from '../disk/random-access.js'
import { noSpace } from './fault.js'
import { type Change, type Draw, stillForgotten, takeBack } from './loss.js'

/** What the files of a FaultFiles share until the power is lost: space, the order of changes, and what was not synced. */
export class FaultDisk {
  space: number = Infinity
  /** changes that were not synced, oldest first */
  #changes: Change[]
  /** reordered: acknowledged, to be written after the next write */
  #late: (() => Promise<void>)[] = []
  readonly #open = new Set<RandomAccess>()
  readonly #changing = new Queue()
  #isLost = false

  /** @param changes  those that were not synced, oldest first */
  constructor(changes: Change[] = []) {
    this.#changes = changes
  }

  get isLost(): boolean {
    return this.#isLost
  }

  /** @throws EIO after a loss of power */
  check(): void {
    if (this.#isLost)
      throw Object.assign(new Error('EIO: the power was lost, or the process ended, as planned'), {
        code: 'EIO'
      })
  }

  add(file: RandomAccess): void {
    this.#open.add(file)
  }

  /** One change at a time, in the order of the calls. */
  inTurn(fn: () => Promise<void>): Promise<void> {
    return this.#changing.run(() => {
      this.check()
      return fn()
    })
  }

  postpone(write: () => Promise<void>): void {
    this.#late.push(write)
  }

  /** Writes as much as there is space for. @throws ENOSPC */
  async write(name: string, file: RandomAccess, offset: number, bytes: Uint8Array): Promise<void> {
    const size = await this.#remember(name, file, { offset, end: offset + bytes.byteLength })
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
    const before = await this.#remember(name, file, { offset: size })
    if (size - before > this.space) throw noSpace()
    await call((done) => file.truncate(size, done))
    this.space += before - size
  }

  async unlink(name: string, file: RandomAccess): Promise<void> {
    await this.#writeLate()
    const before = await this.#remember(name, file, { offset: 0 })
    await call((done) => file.unlink(done))
    this.#open.delete(file)
    this.space += before
  }

  async sync(name: string, file: RandomAccess): Promise<void> {
    await this.#writeLate()
    const own = this.#changes.filter((change) => change.name === name)
    const left = own.some(({ isForgotten }) => isForgotten)
      ? stillForgotten(own, (await sizeOf(file)) ?? 0)
      : []
    this.#changes = [...this.#changes.filter((change) => change.name !== name), ...left]
  }

  /** Does what a system does whose sync has failed: what it should have stored counts as stored. */
  async forget(name: string): Promise<void> {
    await this.#writeLate()
    this.#changes = this.#changes.map((change) =>
      change.name === name ? { ...change, isForgotten: true } : change
    )
  }

  async close(file: RandomAccess): Promise<void> {
    await this.#writeLate()
    this.#open.delete(file)
    await call((done) => file.close(done))
  }

  /** Nothing reaches the files any more. @returns what was not synced, oldest first */
  async leave(): Promise<Change[]> {
    this.#isLost = true
    await this.#changing.run(async () => {}) // waits for what is under way
    await Promise.all(Array.from(this.#open, (file) => call((done) => file.close(done))))
    return this.#changes.splice(0)
  }

  /** Nothing reaches the files any more, and except for what is kept, they are as they were at their last sync. */
  async lose(open: (name: string) => RandomAccess, draw: Draw): Promise<void> {
    const changes = (await this.leave()).toReversed()
    for (const name of new Set(changes.map((change) => change.name))) {
      const file = open(name)
      const size = await sizeOf(file)
      await call((done) => file.close(done))
      const own = changes.filter((change) => change.name === name)
      await takeBack(own, size, () => open(name), draw)
    }
  }

  /** @param end  default: the end of the file, when everything from `offset` on is cut off @returns the size before */
  async #remember(
    name: string,
    file: RandomAccess,
    { offset, end }: { offset: number; end?: number }
  ): Promise<number> {
    const size = await sizeOf(file)
    const isCut = end === undefined
    const to = Math.max(offset, end ?? size ?? 0)
    const length = Math.min(to, size ?? 0) - offset
    const bytes =
      length > 0 ? await call<Uint8Array>((done) => file.read(offset, length, done)) : b4a.alloc(0)
    this.#changes.push({ name, size, offset, end: to, isCut, bytes })
    return size ?? 0
  }

  async #writeLate(): Promise<void> {
    for (const write of this.#late.splice(0)) await write().catch(() => {}) // it was acknowledged
  }
}

/** The size of a file; null = it does not exist. */
async function sizeOf(file: RandomAccess): Promise<number | null> {
  try {
    const { size } = await call<{ size: number }>((done) => file.stat(done))
    return size
  } catch (err) {
    unlessMissing(err)
    return null
  }
}
