import { badArgument } from '@manycore/ground'
import { FaultDisk } from './disk.js'
import { FaultFile } from './file.js'
import { type PowerLoss, drawOf } from './loss.js'
import { FaultPlan } from './plan.js'
import type { RandomAccess } from '../disk/random-access.js'

/**
 * The files of a random-access-storage, with faults: for tests of what is built on files. What was changed
 * since a file's last sync is kept in memory, to be taken back.
 */
export class FaultFiles {
  /** What goes wrong, and when; faults may be added at any time. */
  readonly plan: FaultPlan
  readonly #storage: (name: string) => RandomAccess
  #disk = new FaultDisk()

  /**
   * @param storage  gives the file of a name, an instance that goes on from what earlier ones wrote
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

  /** The storage of an engine; `open('name')` is the one instance of an engine in one file. */
  readonly open = (name: string): FaultFile => new FaultFile(name, this.#storage(name), this.#disk, this.plan)

  /** The engine's option of that name: what was written to a file survives loseUnsynced(). */
  readonly sync = (file: RandomAccess): Promise<void> => {
    if (!(file instanceof FaultFile))
      throw badArgument('file', 'a file that open() of this FaultFiles gave', file)
    return new Promise((resolve, reject) => file.sync((err) => (err ? reject(err) : resolve())))
  }

  /**
   * As the end of a process does: files that were open are of no use any more (EIO), open() gives new ones, and all
   * that was written is there. What was not synced can still be lost.
   */
  async crash(): Promise<void> {
    const gone = this.#disk
    const done = gone.leave()
    this.plan.release() // to fail
    const changes = await done
    this.#disk = new FaultDisk(changes)
    this.#disk.space = gone.space
  }

  /**
   * As a loss of power does, takes every file back to its last sync, made and removed ones too; with a `seed`
   * sector by sector, some of which had reached the disk. Files that were open are of no use any more (EIO);
   * open() gives new ones.
   * @throws BAD_ARGUMENT
   */
  async loseUnsynced(loss?: PowerLoss): Promise<void> {
    const draw = drawOf(loss)
    const lost = this.#disk
    const done = lost.lose(this.#storage, draw)
    this.plan.release() // to fail
    await done
    this.#disk = new FaultDisk()
    this.#disk.space = lost.space
  }
}
