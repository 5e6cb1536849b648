import type { AliasEntry, CorestoreStorage, ReadableStream, StoredCore } from '@manycore/hypercore-types'
import HypercoreStorage from 'hypercore-storage'
import { Readable } from 'streamx'
import { StorageError } from './errors.js'
import { explainFailure } from './explain-failure.js'
import { checkDirectory, findForeignFiles } from './store-directory.js'

/** A session of RocksDB; the root one owns the database. rocksdb-native 3.18.1 index.js. */
interface Rocks {
  readonly _state: RocksState
  close(): Promise<void>
}

/** The database behind all sessions, a ready-resource. rocksdb-native 3.18.1 lib/state.js. */
interface RocksState {
  readonly sessions: Rocks[]
  readonly columnFamilies: { destroy(): void }[]
  readonly opening: Promise<void> | null
  readonly opened: boolean
  /** true from the moment the native open is called (line 172) */
  readonly _columnsFlushed: boolean
  removeSession(session: Rocks): void
  _open(): Promise<void>
  _close(): Promise<void>
}

/** With the private members of hypercore-storage 3.3.1, index.js:491-815. */
interface Upstream extends CorestoreStorage {
  version: number
  readOnly: boolean
  readonly rocks: Rocks
  readonly db: Rocks
  readonly deviceFile: { readonly lock: { close(): Promise<void> } | null } | null
  readonly treeCache: { destroy(): void }
  _flush(): Promise<void>
  _getHead(view: object): Promise<object>
  /** what every call runs first while `version` is 0: opens, checks the version, migrates */
  _migrateStore(): Promise<void>
}

const Upstream: new (directory: string, opts: object) => Upstream = HypercoreStorage as unknown as new (
  directory: string,
  opts: object
) => Upstream

/** A store in a directory that is not opened yet. */
export function openRocks(directory: string, opts: { readOnly?: boolean }): CorestoreStorage {
  let refusal = opts.readOnly ? null : findForeignFiles(directory)
  if (refusal === null) {
    try {
      return new RocksStorage(directory, opts, null)
    } catch (err) {
      // Upstream's constructor moves the files of an early store, and could not.
      refusal = explainFailure(err, directory)
    }
  }
  return new RocksStorage(directory, opts, refusal)
}

/**
 * hypercore-storage with one way in and one way out: each failure to open is coded and leaves no lock and
 * no descriptor behind, and close() works at any moment. Upstream rejects close() after a failed open,
 * opens a store to close it, and loses the lock's descriptor when the disk is full.
 */
class RocksStorage extends Upstream {
  readonly #directory: string
  readonly #refusal: StorageError | null
  #opening: Promise<void> | null = null
  #failure: StorageError | null = null
  #releasing: Promise<void> | null = null
  #closing: Promise<void> | null = null
  /** not ended yet */
  readonly #streams = new Set<ReadableStream<unknown>>()

  constructor(directory: string, opts: { readOnly?: boolean }, refusal: StorageError | null) {
    // Read-only, upstream's constructor moves nothing; a refused store is never opened. It would still
    // write CORESTORE and take the lock if it should wait for it.
    const { readOnly = false } = opts
    super(directory, readOnly || refusal !== null ? { ...opts, readOnly: true, wait: false } : opts)
    this.readOnly = readOnly
    this.#directory = directory
    this.#refusal = refusal

    // The one function that every implicit open ends in, streams included.
    const state = this.rocks._state
    const open = state._open.bind(state)
    state._open = () => this.#openDatabase(open)
  }

  override _migrateStore(): Promise<void> {
    if (this.#closing !== null && this.#failure === null) return Promise.reject(this.#closed())
    this.#opening ??= this.#open()
    return this.#opening
  }

  /** The migration from Corestore 6 counts in `head.allocated`, which 3.3.1 no longer has (migrations/0:132). */
  override async _getHead(view: object): Promise<object> {
    const head = await super._getHead(view)
    return Object.defineProperty(head, 'allocated', { value: head })
  }

  override async suspend(opts?: { log?: (message: string) => unknown }): Promise<void> {
    await this.ready() // RocksDB fails to suspend before it is open, and then blocks every later call
    await super.suspend(opts)
  }

  override async resume(): Promise<void> {
    await this.ready()
    try {
      await super.resume()
    } catch (err) {
      throw explainFailure(err, this.#directory)
    }
  }

  override async export(discoveryKey: Uint8Array, opts?: { batches?: boolean }): Promise<object | null> {
    await this.ready()
    return super.export(discoveryKey, opts)
  }

  override createCoreStream(): ReadableStream<StoredCore> {
    return this.#stream(() => super.createCoreStream())
  }

  override createAliasStream(namespace: Uint8Array): ReadableStream<AliasEntry> {
    return this.#stream(() => super.createAliasStream(namespace))
  }

  override createDiscoveryKeyStream(namespace?: Uint8Array): ReadableStream<Uint8Array> {
    return this.#stream(() => super.createDiscoveryKeyStream(namespace))
  }

  override createGroupUpdateStream(
    group: number,
    opts?: { since?: number; reverse?: boolean }
  ): ReadableStream<Uint8Array> {
    return this.#stream(() => super.createGroupUpdateStream(group, opts))
  }

  override close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** RocksDB waits for them when it closes, for ever if nobody reads on. */
  async #endStreams(): Promise<void> {
    const ended = Array.from(
      this.#streams,
      (stream) => new Promise<void>((resolve) => stream.once('close', resolve))
    )
    for (const stream of this.#streams) stream.destroy()
    await Promise.all(ended)
  }

  /** An iterator of rocksdb-native that has to open the store itself never ends when that fails. */
  #stream<T>(create: () => ReadableStream<T>): ReadableStream<T> {
    if (this.rocks._state.opened && this.#closing === null) return this.#tracked(create())
    return Readable.from(this.#rows(create)) as unknown as ReadableStream<T>
  }

  async *#rows<T>(create: () => ReadableStream<T>): AsyncGenerator<T> {
    await this.ready()
    yield* this.#tracked(create())
  }

  #tracked<T>(stream: ReadableStream<T>): ReadableStream<T> {
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    return stream
  }

  async #open(): Promise<void> {
    try {
      await super._migrateStore()
    } catch (err) {
      this.#failure = explainFailure(err, this.#directory)
      await this.#release().catch(() => {}) // what the caller needs is why it did not open
      throw this.#failure
    }
  }

  async #openDatabase(open: () => Promise<void>): Promise<void> {
    if (this.#releasing !== null) throw this.#closed()
    try {
      if (this.#refusal !== null) throw this.#refusal
      checkDirectory(this.#directory, this.readOnly)
      await open()
    } catch (err) {
      this.#failure = explainFailure(err, this.#directory)
      await this.#releaseUnopened()
      throw this.#failure
    }
  }

  async #close(): Promise<void> {
    // A failure was already told to who opened it.
    await this.#opening?.catch(() => {})
    await this.#release()
  }

  #release(): Promise<void> {
    this.#releasing ??= this.#runRelease()
    return this.#releasing
  }

  async #runRelease(): Promise<void> {
    const state = this.rocks._state
    await state.opening?.catch(() => {}) // opened by a stream, told there
    this.version = 0 // later calls run _migrateStore() again, which refuses

    const steps = [() => this.#endStreams(), async () => this.treeCache.destroy()]
    if (state.opened)
      steps.push(
        () => this._flush(),
        () => this.db.close(),
        () => this.rocks.close()
      )
    if (state.opening === null) steps.push(() => this.#releaseUnopened())
    steps.push(() => this.#unlock())

    const errors: unknown[] = []
    for (const step of steps) await step().catch((err: unknown) => errors.push(err))
    if (errors.length > 0) throw new AggregateError(errors, `closing ${this.#directory} failed`)
  }

  /** ready-resource closes nothing after a failed open; the native half needs it all the same. */
  async #releaseUnopened(): Promise<void> {
    const state = this.rocks._state
    while (state.sessions[0] !== undefined) state.removeSession(state.sessions[0])
    if (state._columnsFlushed) await state._close()
    else for (const columnFamily of state.columnFamilies) columnFamily.destroy()
    await this.#unlock()
  }

  /** No-op once RocksDB has taken the descriptor over: it closes it itself, also when its open fails. */
  async #unlock(): Promise<void> {
    await this.deviceFile?.lock?.close()
  }

  #closed(): StorageError {
    return new StorageError('STORAGE_CLOSED', `the store at ${this.#directory} is closed`)
  }
}
