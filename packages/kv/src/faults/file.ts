import b4a from 'b4a'
import type { FaultDisk } from './disk.js'
import type { FaultPlan } from './plan.js'
import { type Fault, type FaultOperation, checkAfter, errorOf } from './fault.js'
import type { RandomAccess } from '../disk/random-access.js'
import { call } from '../disk/file.js'

type Callback<T = void> = (err: Error | null, result?: T) => void

/**
 * A file of a `FaultFiles`. It has no descriptor, so nothing locks it, and only the `sync` of its `FaultFiles` syncs it.
 */
export class FaultFile implements RandomAccess {
  /** The name that the engine asked for. */
  readonly name: string
  readonly #file: RandomAccess
  readonly #disk: FaultDisk
  readonly #plan: FaultPlan

  /** Made by `FaultFiles`. */
  constructor(name: string, file: RandomAccess, disk: FaultDisk, plan: FaultPlan) {
    this.name = name
    this.#file = file
    this.#disk = disk
    this.#plan = plan
    disk.add(file)
  }

  read(offset: number, size: number, callback: Callback<Uint8Array>): void {
    tell(
      this.#look<Uint8Array>('read', (done) => this.#file.read(offset, size, done)),
      callback
    )
  }

  stat(callback: Callback<{ size: number }>): void {
    tell(
      this.#look<{ size: number }>('stat', (done) => this.#file.stat(done)),
      callback
    )
  }

  write(offset: number, bytes: Uint8Array, callback: Callback): void {
    const write = (part: Uint8Array): Promise<void> => this.#disk.write(this.name, this.#file, offset, part)
    const done = this.#change('write', async (fault) => {
      if (fault?.action === 'reorder') {
        const copy = b4a.from(bytes) // the bytes belong to the caller again
        return this.#disk.postpone(() => write(copy))
      }
      if (fault?.action !== 'tear') return write(bytes)
      await write(bytes.subarray(0, fault.keep ?? bytes.byteLength >> 1))
      throw errorOf(fault)
    })
    tell(done, callback)
  }

  truncate(size: number, callback: Callback): void {
    tell(
      this.#change('truncate', () => this.#disk.truncate(this.name, this.#file, size)),
      callback
    )
  }

  unlink(callback: Callback): void {
    tell(
      this.#change('unlink', () => this.#disk.unlink(this.name, this.#file)),
      callback
    )
  }

  /** Stores what was written; called by `FaultFiles.sync()`. */
  sync(callback: Callback): void {
    tell(
      this.#change('sync', async (fault) => {
        if (fault?.action !== 'forget') return this.#disk.sync(this.name, this.#file)
        await this.#disk.forget(this.name)
        throw errorOf(fault)
      }),
      callback
    )
  }

  suspend(callback: Callback): void {
    const { suspend } = this.#file
    if (suspend === undefined || this.#disk.isLost) return tell(Promise.resolve(), callback)
    tell(
      this.#disk.inTurn(() => call((done) => suspend.call(this.#file, done))),
      callback
    )
  }

  close(callback: Callback): void {
    if (this.#disk.isLost) return tell(Promise.resolve(), callback)
    tell(
      this.#disk.inTurn(() => this.#disk.close(this.#file)),
      callback
    )
  }

  async #look<T>(on: FaultOperation, fn: (done: Callback<T>) => void): Promise<T> {
    this.#disk.check()
    const fault = await this.#plan.meet(on, this.name)
    this.#disk.check()
    const result = await call(fn)
    checkAfter(fault)
    return result
  }

  async #change(on: FaultOperation, fn: (fault: Fault | null) => Promise<void>): Promise<void> {
    this.#disk.check()
    const fault = this.#plan.take(on, this.name)
    if (fault?.action === 'drop') return
    if (fault?.action === 'delay') await this.#plan.hold()
    await this.#disk.inTurn(() => fn(fault))
    checkAfter(fault)
  }
}

function tell<T>(result: Promise<T>, callback: Callback<T>): void {
  result.then((value) => callback(null, value), callback)
}
