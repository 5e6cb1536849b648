import DeviceFile from 'device-file'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import { EngineStorage } from './engine-storage.js'
import { explainFailure } from './explain-failure.js'
import type { OpenStorageOptions } from './open-storage-options.js'
import { RocksEngine } from './rocks-engine.js'
import { prepareDirectory } from './store-directory.js'

/** A store in a directory, in Corestore 7's layout, that is not opened yet. */
export function openRocks(directory: string, opts: OpenStorageOptions): CorestoreStorage {
  return new RocksStorage(directory, opts)
}

/** RocksDB where a store of Corestore 7 has it, behind the lock that Corestore 7 takes. */
class StoreEngine extends RocksEngine {
  readonly #directory: string
  readonly #opts: OpenStorageOptions
  readonly #lock: DeviceFile | null

  constructor(directory: string, opts: OpenStorageOptions) {
    const {
      readOnly = false,
      wait = false,
      allowBackup = false,
      id = null,
      treeCache: _treeCache,
      alwaysRecover: _alwaysRecover,
      onresume: _onresume,
      ...tuning
    } = opts
    const isLocked = !readOnly && (wait || !allowBackup)
    const lock = isLocked
      ? new DeviceFile(`${directory}/CORESTORE`, { lock: true, wait, data: { id } })
      : null
    super(`${directory}/db`, { ...tuning, readOnly, lock })
    this.#directory = directory
    this.#opts = opts
    this.#lock = lock
  }

  override async open(): Promise<void> {
    try {
      prepareDirectory(this.#directory, this.#opts.readOnly === true)
      await super.open()
    } catch (err) {
      // Already RocksDB's, which closed it, or left open by a disk that is full.
      await this.#lock?.lock?.close()
      throw explainFailure(err, this.#directory)
    }
  }

  override async resume(): Promise<void> {
    try {
      await super.resume()
    } catch (err) {
      throw explainFailure(err, this.#directory)
    }
  }
}

/** With the private members of hypercore-storage 3.3.1 that its migration from Corestore 6 calls. */
class RocksStorage extends EngineStorage {
  readonly #directory: string

  constructor(directory: string, opts: OpenStorageOptions) {
    super(new StoreEngine(directory, opts), opts, `${directory}/db`)
    this.#directory = directory
  }

  /** The migration counts in `head.allocated`, which 3.3.1 no longer has (migrations/0:132). */
  override async _getHead(view: object): Promise<object> {
    const head = await super._getHead(view)
    return Object.defineProperty(head, 'allocated', { value: head })
  }

  protected override explain(err: Error): Error {
    return explainFailure(err, this.#directory)
  }
}
