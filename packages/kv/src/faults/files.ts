import { badArgument } from '@manycore/ground'
import { FaultDisk } from './disk.js'
import { FaultFile } from './file.js'
import { type PowerLoss, drawOf } from './loss.js'
import { FaultPlan } from './plan.js'
import type { RandomAccess } from '../disk/random-access.js'

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
