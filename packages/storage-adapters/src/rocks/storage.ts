import type DeviceFile from 'device-file'
import { Queues } from '@manycore/ground'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import { EngineStorage } from '../facade/storage.js'
import type { OpenStorageOptions } from '../open/options.js'
import { RocksEngine } from './engine.js'
import type { RocksEngineOptions, RocksLock } from './engine.js'
import type { RocksDatabase } from '../upstream/rocksdb-native.js'

/** The opens of each directory, one after the other. */
const opens = new Queues()

/** Returns the store of a directory, in Corestore 7's layout. It is not open yet. */
export function openRocks(directory: string, opts: OpenStorageOptions): CorestoreStorage {
  return new RocksStorage(new StoreEngine(directory, opts), directory, `${directory}/db`, opts)
}

/** Returns the store in a caller's RocksDB, whose directory and lock remain the caller's business. */
export function openGivenRocks(rocks: RocksDatabase, opts: OpenStorageOptions): CorestoreStorage {
  const engine = new RocksEngine(rocks, tuningOf(opts))
  return new RocksStorage(engine, rocks.path, rocks.path, opts)
}

/** The options that RocksDB takes. */
function tuningOf(opts: OpenStorageOptions): RocksEngineOptions {
  const {
    wait: _wait,
    allowBackup: _allowBackup,
    id: _id,
    treeCache: _treeCache,
    alwaysRecover: _alwaysRecover,
    onresume: _onresume,
    ...tuning
  } = opts
  return tuning
}

/** RocksDB where a store of Corestore 7 keeps it, behind the lock that Corestore 7 takes. */
class StoreEngine extends RocksEngine {
  readonly #directory: string
  readonly #opts: OpenStorageOptions
  #file: DeviceFile | null = null

  constructor(directory: string, opts: OpenStorageOptions) {
    super(`${directory}/db`, tuningOf(opts))
    this.#directory = directory
    this.#opts = opts
  }

  /** Of several opens in one turn the first gets the directory. One that waits for the lock holds up nobody. */
  override open(): Promise<void> {
    return this.#opts.wait === true ? this.#open() : opens.run(this.#directory, () => this.#open())
  }

  async #open(): Promise<void> {
    try {
      await super.open()
    } catch (err) {
      // RocksDB has taken it over and closed it, or a full disk left it open.
      await this.#file?.lock?.close()
      throw await explained(err, this.#directory, `${this.#directory}/db`)
    }
  }

  override async resume(): Promise<void> {
    try {
      await super.resume()
    } catch (err) {
      throw await explained(err, this.#directory, `${this.#directory}/db`)
    }
  }

  /**
   * RocksDB has had the descriptor of the lock since it opened, and resumes by waiting for it in a thread that nothing
   * ends, neither close() nor the end of the process. So another descriptor first tells whether the lock is free.
   */
  protected override async checkLock(): Promise<void> {
    if (this.#file === null || this.#opts.wait === true) return
    const { default: File } = await import('device-file')
    const probe = new File(`${this.#directory}/CORESTORE`, { create: false, lock: true })
    try {
      await probe.ready()
    } finally {
      await probe.close()
    }
  }

  protected override async openLock(): Promise<RocksLock | null> {
    const { readOnly = false, wait = false, allowBackup = false, id = null } = this.#opts
    const { prepareDirectory } = await import('./directory.js')
    prepareDirectory(this.#directory, readOnly)
    if (readOnly || (allowBackup && !wait)) return null
    const { default: File } = await import('device-file')
    return (this.#file = new File(`${this.#directory}/CORESTORE`, { lock: true, wait, data: { id } }))
  }
}

async function explained(err: unknown, directory: string, database: string): Promise<Error> {
  const { explainFailure } = await import('./failure.js')
  return explainFailure(err, directory, database)
}

/** hypercore-storage over RocksDB; its failures name the directory. */
class RocksStorage extends EngineStorage {
  readonly #directory: string
  readonly #database: string

  /** @param directory  for messages; for a given RocksDB, that of the database */
  constructor(engine: RocksEngine, directory: string, database: string, opts: OpenStorageOptions) {
    super(engine, opts, database)
    this.#directory = directory
    this.#database = database
  }

  /** The migration counts in `head.allocated`, which 3.3 no longer has (migrations/0, `store()`). */
  override async _getHead(view: object): Promise<object> {
    const head = await super._getHead(view)
    return Object.defineProperty(head, 'allocated', { value: head })
  }

  protected override explain(err: Error): Promise<Error> {
    return explained(err, this.#directory, this.#database)
  }
}
