import { badArgument } from '@manycore/ground'
import b4a from 'b4a'
import type { Found } from '../cursor/cursor.js'
import type { Disk } from '../disk/disk.js'
import { RandomAccessDiskFile } from '../disk/file.js'
import { RandomAccessDisk } from '../disk/many-files.js'
import { fileSource, isRandomAccess, type RandomAccessStorage } from '../disk/random-access.js'
import type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Op, Range } from '../engine.js'
import { EngineError } from '../errors.js'
import { checkKeys, checkOps, checkRange } from '../kit/check.js'
import { Lifecycle } from '../kit/lifecycle.js'
import { laterTurn } from '../kit/runtime.js'
import { lockDisk } from '../lock/lock.js'
import { type CheckedOptions, checkOptions, type RandomAccessEngineOptions } from './options.js'
import { StoreSnapshot } from './snapshot.js'
import type { Store } from './store.js'
import { type Layers, lookUp } from './version.js'

/**
 * An ordered key-value store over files of a random-access-storage: a log-structured merge tree. How much memory it takes is
 * bounded by its options, and not by how much is stored.
 */
export class RandomAccessEngine implements Engine {
  readonly name = 'random-access'
  readonly supports: EngineSupports = { persistent: true, suspend: true, compact: true, readOnly: true }
  readonly #options: CheckedOptions
  readonly #toDisk: () => Promise<Disk>
  readonly #lifecycle = new Lifecycle('random-access')
  readonly #snapshots = new Set<StoreSnapshot>()
  #disk: Disk | null = null
  #store: Store | null = null

  /**
   * @param storage  a random-access-storage class, a function `(name) => instance`, or one instance
   * @throws BAD_ARGUMENT
   */
  constructor(storage: RandomAccessStorage, options?: RandomAccessEngineOptions) {
    this.#options = checkOptions(options)
    this.#toDisk = toDisk(storage, this.#options)
  }

  /**
   * What the last flush or merge in the background failed with; null = it succeeded. A failure loses nothing: reads and writes
   * go on, and it is tried again.
   */
  get failure(): unknown {
    return this.#store?.failure ?? null
  }

  open(): Promise<void> {
    return this.#lifecycle.open(async () => {
      const { readOnly, durability, memtableBytes, cacheBytes, levelSizes } = this.#options
      const isSynced = durability === 'power'
      // A program that may use an engine, and does not, never loads this.
      const { Store } = await import('./store.js')
      const disk = (this.#disk ??= await this.#toDisk()) // its files are used again after close()
      try {
        if (isSynced && !disk.lock.file.canSync)
          throw badArgument(
            'durability',
            "'process' if files have no descriptor and no sync option is given",
            'power'
          )
        await this.#lock()
        await disk.open()
        this.#store = await Store.open(disk, {
          isReadOnly: readOnly,
          isSynced,
          memtableBytes,
          cacheBytes,
          levelSizes
        })
      } catch (err) {
        await disk.close().catch(() => {}) // the first failure matters more
        throw err
      }
      await laterTurn()
    })
  }

  close(): Promise<void> {
    return this.#lifecycle.close(async () => {
      for (const snapshot of this.#snapshots) snapshot.close()
      await laterTurn() // until the versions of the snapshots are released
      try {
        await this.#store!.close()
      } finally {
        this.#store = null
        await this.#disk!.close()
      }
    })
  }

  getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]> {
    return this.#call('getMany()', async (store) => {
      checkKeys(keys)
      const layers = at === undefined ? store.latest() : layersOf(at)
      const version = layers.version.hold()
      try {
        const found = keys.map((key) => {
          const value = lookUp(key, layers)
          return value instanceof Promise ? value.then(copy) : copy(value)
        })
        const later = laterTurn()
        const values = found.some((value) => value instanceof Promise) ? await Promise.all(found) : found
        await later
        return values as (Uint8Array | null)[]
      } finally {
        version.release()
      }
    })
  }

  batch(ops: readonly Op[]): Promise<void> {
    return this.#call('batch()', async (store) => {
      checkOps(ops)
      this.#checkWritable()
      if (ops.length > 0) await store.batch(ops)
      await laterTurn()
    })
  }

  iterator(range: Range, at?: EngineSnapshot): EngineIterator {
    checkRange(range)
    this.#lifecycle.check('iterator()')
    const snapshot = this.#hold(at)
    return {
      next: (max) =>
        this.#call('next()', async () => {
          const entries = await snapshot.next(range, max)
          await laterTurn()
          return entries
        }),
      close: async () => snapshot.close()
    }
  }

  snapshot(): EngineSnapshot {
    this.#lifecycle.check('snapshot()')
    return this.#hold()
  }

  /** Once it resolves, what was committed before the call survives a loss of power, if the files can be synced. */
  flush(): Promise<void> {
    return this.#call('flush()', (store) => store.sync())
  }

  /**
   * Merges everything down to one level, and frees the space of what was deleted or overwritten.
   * @param range  only what touches these keys; default: everything
   * @throws BAD_ARGUMENT, ENGINE_CLOSED, ENGINE_READ_ONLY, or what the merge failed with
   */
  compact(range?: Range): Promise<void> {
    return this.#call('compact()', async (store) => {
      if (range !== undefined) checkRange(range)
      this.#checkWritable()
      await store.compact(range)
    })
  }

  /** Ends the work in the background and frees files and lock. Calls wait until resume(). Idempotent. */
  suspend(): Promise<void> {
    return this.#lifecycle.suspend(async () => {
      await this.#store!.suspend()
      await this.#disk!.suspend()
    })
  }

  /**
   * Takes files and lock back. If it fails, the engine stays suspended.
   * @throws ELOCKED; ENGINE_FAILED, if the store was changed elsewhere meanwhile
   */
  resume(): Promise<void> {
    return this.#lifecycle.resume(async () => {
      try {
        await this.#lock()
        await this.#store!.resume()
      } catch (err) {
        await this.#disk!.suspend().catch(() => {}) // the first failure matters more
        throw err
      }
    })
  }

  async #lock(): Promise<void> {
    const { lock, readOnly, wait } = this.#options
    if (lock) await lockDisk(this.#disk!, { isReadOnly: readOnly, wait })
  }

  #call<T>(name: string, fn: (store: Store) => Promise<T>): Promise<T> {
    return this.#lifecycle.run(name, () => fn(this.#store!))
  }

  #hold(at?: EngineSnapshot): StoreSnapshot {
    if (at === undefined) return new StoreSnapshot(this.#store!, this.#store!.hold(), this.#snapshots)
    const { memtables, version } = layersOf(at)
    return new StoreSnapshot(this.#store!, { memtables, version: version.hold() }, this.#snapshots)
  }

  #checkWritable(): void {
    if (this.#options.readOnly) throw new EngineError('ENGINE_READ_ONLY', 'the engine was opened read-only')
  }
}

/** @throws BAD_ARGUMENT */
function toDisk(storage: RandomAccessStorage, { sync }: CheckedOptions): () => Promise<Disk> {
  if (!isRandomAccess(storage)) {
    const disk = new RandomAccessDisk(fileSource(storage), sync)
    return async () => disk
  }
  const file = new RandomAccessDiskFile('the store', storage, sync)
  return async () => {
    const { OneFileDisk } = await import('../one-file/disk.js')
    return new OneFileDisk(file)
  }
}

function layersOf(snapshot: EngineSnapshot): Layers {
  if (snapshot instanceof StoreSnapshot) return snapshot.layers
  throw badArgument('at', 'a snapshot of this engine', snapshot)
}

function copy(value: Found): Uint8Array | null {
  return value ? b4a.from(value) : null
}
