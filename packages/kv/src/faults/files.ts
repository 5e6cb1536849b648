import { badArgument } from '@manycore/ground'
import b4a from 'b4a'
import { call } from '../disk/file.js'
import type { RandomAccess } from '../disk/random-access.js'
import { FaultDisk } from './disk.js'
import { checkAfter, errorOf, type Fault, type FaultOperation } from './fault.js'
import { drawOf, type PowerLoss } from './loss.js'
import { FaultPlan } from './plan.js'

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

/**
 * The files of a random-access-storage, with faults: for tests of what is built on files. What has been changed since the last
 * sync of a file is kept in memory, so that it can be undone.
 */
export class FaultFiles {
  /** What goes wrong, and when; faults may be added at any time. */
  readonly plan: FaultPlan
  readonly #storage: (name: string) => RandomAccess
  #disk = new FaultDisk()

  /**
   * @param storage  gives the file of a name: an instance that has what earlier instances wrote
   * @throws         BAD_ARGUMENT
   */
  constructor(storage: (name: string) => RandomAccess, plan: FaultPlan = new FaultPlan()) {
    if (typeof storage !== 'function') throw badArgument('storage', 'a function (name) => instance', storage)
    this.#storage = storage
    this.plan = plan
  }

  /**
   * By how many bytes files can still grow. Beyond that writes end half-way with ENOSPC until there is more.
   */
  get space(): number {
    return this.#disk.space
  }

  set space(bytes: number) {
    this.#disk.space = bytes
  }

  /** The storage for an engine in many files. For an engine in one file, pass it `open('name')`. */
  readonly open = (name: string): FaultFile => new FaultFile(name, this.#storage(name), this.#disk, this.plan)

  /** The engine's option of that name. Once it resolves, what was written to a file survives `loseUnsynced()`. */
  readonly sync = (file: RandomAccess): Promise<void> => {
    if (!(file instanceof FaultFile))
      throw badArgument('file', 'a file that open() of this FaultFiles gave', file)
    return new Promise((resolve, reject) => file.sync((err) => (err ? reject(err) : resolve())))
  }

  /**
   * Does what the end of a process does: files that were open are of no more use (EIO), `open()` gives new ones, and everything
   * that was written is there. What was not synced can still be lost.
   */
  async crash(): Promise<void> {
    const gone = this.#disk
    const done = gone.leave()
    this.plan.release() // what is held fails
    const changes = await done
    this.#disk = new FaultDisk(changes)
    this.#disk.space = gone.space
  }

  /**
   * Does what a loss of power does: every file is as it was at its last sync, and so is which files there are. With a `seed`, some
   * sectors have reached the disk all the same. Files that were open are of no more use (EIO); `open()` gives new ones.
   * @throws BAD_ARGUMENT
   */
  async loseUnsynced(loss?: PowerLoss): Promise<void> {
    const draw = drawOf(loss)
    const lost = this.#disk
    const done = lost.lose(this.#storage, draw)
    this.plan.release() // what is held fails
    await done
    this.#disk = new FaultDisk()
    this.#disk.space = lost.space
  }
}
