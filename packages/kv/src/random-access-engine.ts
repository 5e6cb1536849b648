import b4a from 'b4a'
import { checkKeys, checkOps, checkRange } from './check.js'
import { CACHE_BYTES, MEMTABLE_BYTES } from './defaults.js'
import type { Disk } from './disk.js'
import type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Op, Range } from './engine.js'
import { EngineError, badArgument } from './errors.js'
import { Gate } from './gate.js'
import { laterTurn } from './later-turn.js'
import { Lifecycle } from './lifecycle.js'
import { lookUp } from './look-up.js'
import type { Found } from './memtable.js'
import { type RandomAccess, type RandomAccessStorage, fileSource } from './random-access.js'
import { RandomAccessDisk } from './random-access-disk.js'
import { Store } from './store.js'
import { View } from './view.js'

export interface RandomAccessEngineOptions {
  /**
   * What an acknowledged batch survives: 'process' (default) = the end of the process, 'power' = also a
   * loss of power, by a sync before each acknowledgement.
   */
  durability?: 'process' | 'power'
  /** Makes what was written to a file permanent; default: fdatasync where the file has a descriptor. */
  sync?: (file: RandomAccess) => Promise<void>
  /** of new data that is kept in memory before it is flushed to a segment, > 0; default 8 MiB */
  memtableBytes?: number
  /** of blocks that were read, kept in memory, ≥ 0; default 32 MiB */
  cacheBytes?: number
  /** true = nothing is created, written or removed; default false */
  readOnly?: boolean
  /** false = no process lock; default true: where the files have descriptors */
  lock?: boolean
  /** true = open() waits for the lock instead of rejecting with ELOCKED; default false */
  wait?: boolean
}

/**
 * An ordered key-value store over files of a random-access-storage: a log-structured merge tree, whose
 * memory is bounded by its options and not by what is stored.
 */
export class RandomAccessEngine implements Engine {
  readonly name = 'random-access'
  readonly supports: EngineSupports = { persistent: true, suspend: true, compact: true, readOnly: true }
  readonly #options: Required<Omit<RandomAccessEngineOptions, 'sync'>>
  readonly #disk: Disk
  readonly #lifecycle = new Lifecycle('random-access')
  readonly #gate = new Gate()
  readonly #views = new Set<View>()
  #store: Store | null = null

  /**
   * @param storage  a random-access-storage class, a function `(name) => instance`, or one instance
   * @throws BAD_ARGUMENT
   */
  constructor(storage: RandomAccessStorage, options: RandomAccessEngineOptions = {}) {
    const { sync, ...given } = options
    this.#options = {
      durability: 'process',
      memtableBytes: MEMTABLE_BYTES,
      cacheBytes: CACHE_BYTES,
      readOnly: false,
      lock: true,
      wait: false,
      ...given
    }
    this.#disk = new RandomAccessDisk(fileSource(storage as never), sync)
  }

  open(): Promise<void> {
    return this.#lifecycle.open(async () => {
      const { readOnly, durability, memtableBytes, cacheBytes } = this.#options
      try {
        this.#store = await Store.open(this.#disk, {
          isReadOnly: readOnly,
          isSynced: durability === 'power',
          memtableBytes,
          cacheBytes
        })
      } catch (err) {
        await this.#disk.close().catch(() => {}) // the first failure matters more
        throw err
      }
      await laterTurn()
    })
  }

  close(): Promise<void> {
    return this.#lifecycle.close(async () => {
      for (const view of this.#views) view.close()
      await laterTurn() // the versions of the views are released
      await this.#store!.close()
      this.#store = null
      await this.#disk.close()
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
        const [values] = await Promise.all([Promise.all(found), laterTurn()])
        return values
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
    const view = this.#view(at)
    return {
      next: (max) =>
        this.#call('next()', async () => {
          const entries = await view.next(range, max)
          await laterTurn()
          return entries
        }),
      close: async () => view.close()
    }
  }

  snapshot(): EngineSnapshot {
    this.#lifecycle.check('snapshot()')
    return this.#view()
  }

  /** What was committed survives a loss of power, where the files can be synced. */
  flush(): Promise<void> {
    return this.#call('flush()', (store) => store.sync())
  }

  /** Merges everything down. @param range  only what touches these keys; default: all */
  compact(range?: Range): Promise<void> {
    return this.#call('compact()', async (store) => {
      if (range !== undefined) checkRange(range)
      this.#checkWritable()
      await store.compact(range)
    })
  }

  /** Ends the work in the background and frees files and lock; calls wait until resume(). */
  async suspend(): Promise<void> {
    await this.#lifecycle.run('suspend()', async () => {
      if (this.#gate.isShut) return
      await this.#gate.shut()
      await this.#store!.suspend()
      await this.#disk.suspend()
    })
  }

  /** @throws ENGINE_FAILED when the store was written elsewhere meanwhile, ELOCKED */
  async resume(): Promise<void> {
    await this.#lifecycle.run('resume()', async () => {
      if (!this.#gate.isShut) return
      await this.#store!.resume()
      this.#gate.open()
    })
  }

  #call<T>(name: string, fn: (store: Store) => Promise<T>): Promise<T> {
    return this.#lifecycle.run(name, () => this.#gate.pass(() => fn(this.#store!)))
  }

  #view(at?: EngineSnapshot): View {
    if (at === undefined) return new View(this.#store!, this.#store!.hold(), this.#views)
    const { memtables, version } = layersOf(at)
    return new View(this.#store!, { memtables, version: version.hold() }, this.#views)
  }

  #checkWritable(): void {
    if (this.#options.readOnly) throw new EngineError('ENGINE_READ_ONLY', 'the engine was opened read-only')
  }
}

function layersOf(snapshot: EngineSnapshot): View['layers'] {
  if (snapshot instanceof View) return snapshot.layers
  throw badArgument('at', 'a snapshot of this engine', snapshot)
}

function copy(value: Found): Uint8Array | null {
  return value ? b4a.from(value) : null
}
