import { Readable } from 'streamx'
import { Queue, aFunction, closeAll, careful, readOptions } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type { AliasEntry, CorestoreStorage, ReadableStream, StoredCore } from '@manycore/hypercore-types'
import type { Engine } from '@manycore/kv'
import { StorageError } from '../errors.js'
import { EngineSession } from './session.js'
import { EngineState } from './state.js'
import { StoreJournal } from '../journal/store-journal.js'
import { NEWER_VERSION, NOWHERE, UpstreamStorage } from '../upstream/hypercore-storage.js'
import type { OpenStorageOptions } from '../open/options.js'

/** Options of `storage.suspend()`. */
interface SuspendOptions {
  /** Told what is being done. What it returns is not waited for. */
  log?: (message: string) => unknown
}

// What a log threw would leave a store half suspended, and one that was waited for could keep it from being closed.
const SUSPEND = {
  log: { check: (field, value) => careful<[string]>(aFunction(field, value)), otherwise: 'none' }
} satisfies OptionTable<SuspendOptions>

/** Returns a hypercore-storage over an engine. It is not open yet; its close() closes the engine. */
export function openEngine(engine: Engine, opts: OpenStorageOptions): CorestoreStorage {
  return new EngineStorage(engine, opts)
}

/**
 * hypercore-storage with one way in and one way out: every failure to open has a code and leaves nothing open, and
 * close() may be called at any moment.
 */
export class EngineStorage extends UpstreamStorage {
  readonly #root: EngineSession
  readonly #state: EngineState
  /** suspend(), resume() and close(), in the order of the calls */
  readonly #changes = new Queue()
  #opening: Promise<void> | null = null
  #failure: Error | null = null
  #closing: Promise<void> | null = null
  /** null = read-only */
  readonly journal: StoreJournal | null

  /** @param path  where the engine keeps its files, if that is one directory */
  constructor(engine: Engine, opts: OpenStorageOptions, path: string = NOWHERE) {
    const state = new EngineState(engine, path, opts.readOnly ?? false)
    const root = new EngineSession(state, null, undefined, true)
    // The engine holds the lock, and waits for it. To recover is to delete the log of a RocksDB: an engine has none there.
    super(root, { ...opts, wait: false, alwaysRecover: path !== NOWHERE && opts.alwaysRecover === true })
    this.wait = opts.wait === true
    this.#root = root
    this.#state = state
    this.journal = state.readOnly ? null : new StoreJournal(state)
  }

  override async _migrateStore(): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    this.#state.check('a call')
    this.#opening ??= this.#open()
    return this.#opening
  }

  // Upstream runs each of these on a store that is not open yet, or without checking its version.

  override suspend(opts?: SuspendOptions): Promise<void> {
    const read = readOptions(opts, SUSPEND)
    return this.#changes.run(async () => {
      await this.ready()
      await super.suspend(read)
    })
  }

  override resume(): Promise<void> {
    return this.#changes.run(async () => {
      await this.ready()
      await super.resume()
    })
  }

  override async compact(opts?: object): Promise<void> {
    await this.ready()
    await super.compact(opts)
  }

  override async flush(): Promise<void> {
    await this.ready()
    await super.flush()
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
    this.#closing ??= this.#changes.run(() => this.#close())
    return this.#closing
  }

  /** Turns a failure to open into the error that the caller gets. */
  protected async explain(err: Error & { code?: string }): Promise<Error> {
    return explain(err, this.#state.engine.name)
  }

  /** `version` cannot tell whether it is open: upstream reads a stream while opening, to mark the cores of a store that lost its log. */
  #stream<T>(create: () => ReadableStream<T>): ReadableStream<T> {
    const { opened, closing } = this.#state
    if (opened && closing === null) return create()
    return Readable.from(this.#rows(create)) as unknown as ReadableStream<T>
  }

  async *#rows<T>(create: () => ReadableStream<T>): AsyncGenerator<T> {
    await this.ready()
    yield* create()
  }

  async #open(): Promise<void> {
    try {
      await super._migrateStore()
    } catch (err) {
      this.#failure = await this.explain(err as Error)
      await this.#root.close().catch(() => {}) // the caller needs to know why it did not open
      throw this.#failure
    }
  }

  /** Replaces upstream's, which opens a store to close it, rejects if it cannot, and stops at the first step that fails. */
  async #close(): Promise<void> {
    const state = this.#state
    await this.#opening?.catch(() => {}) // reported to whoever opened it
    this.version = 0 // later calls run _migrateStore() again, which refuses
    const steps = [async () => this.treeCache.destroy(), () => state.release()]
    if (state.opened && state.closing === null)
      steps.push(
        () => this._flush(),
        () => this.db.close()
      )
    steps.push(() => this.#root.close())
    await closeAll(`closing the ${state.engine.name} store`, steps)
  }
}

function explain(err: Error & { code?: string }, engine: string): Error {
  if (NEWER_VERSION.test(err.message)) {
    const message = `this ${engine} store was written by a newer hypercore-storage`
    return new StorageError('STORAGE_VERSION', message, { cause: err })
  }
  // The first open of a store writes to it, so this one was never opened for writing.
  if (err.code === 'ENGINE_READ_ONLY') {
    return new StorageError('STORAGE_EMPTY', `there is no store in this ${engine} engine`, { cause: err })
  }
  return err
}
