import b4a from 'b4a'
import { Queue, aBoolean, badArgument, closeAll, readGiven } from '@manycore/ground'
import type { OptionTable } from '@manycore/ground'
import type RocksDB from 'rocksdb-native'
import { EngineError, Lifecycle, checkKeys, checkOps, checkRange, laterTurn } from '@manycore/kv'
import type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Op, Range } from '@manycore/kv'
import { COLUMN_FAMILY, COLUMN_FAMILY_OPTIONS, LOCKED, refuseRocks } from '../upstream/rocksdb-native.js'
import type { RocksDatabase } from '../upstream/rocksdb-native.js'
import type { Openings } from '../journal/openings.js'
import { RocksCursor, RocksSnapshot } from './handles.js'
import { ROCKS_TUNING } from './tuning.js'
import type { RocksTuning } from './tuning.js'

/** A lock that the database takes over when it opens: an instance of device-file 2. */
export interface RocksLock {
  /** Takes the lock. */
  ready(): Promise<void>
  /** Frees the lock. */
  suspend(): Promise<void>
  /** Takes it back. */
  resume(): Promise<void>
}

/** Options of `new RocksEngine()`. */
export interface RocksEngineOptions extends RocksTuning {
  /** Whether nothing is written and no lock is taken; the database must exist. Default: false. */
  readOnly?: boolean
  /** Taken before the database is opened, and freed by RocksDB. Default: RocksDB's own lock alone. */
  lock?: RocksLock | null
}

const TABLE = {
  ...ROCKS_TUNING,
  readOnly: { check: aBoolean, default: false },
  lock: { check: null }
} satisfies OptionTable<RocksEngineOptions>

/** An engine over RocksDB, with the column family and the settings of Corestore 7. */
export class RocksEngine implements Engine {
  readonly name = 'rocksdb'
  readonly supports: EngineSupports = { persistent: true, suspend: true, compact: true, readOnly: true }
  readonly #directory: string
  /** the caller's database; null = opened here */
  readonly #given: RocksDB | null = null
  readonly #opts: RocksEngineOptions
  readonly #lifecycle: Lifecycle = new Lifecycle('rocksdb')
  readonly #handles = new Set<RocksSnapshot | RocksCursor>()
  readonly #writes: Queue = new Queue()
  #lock: RocksLock | null = null
  #openings: Openings = { last: null, own: '' }
  #root!: RocksDB
  #db!: RocksDB

  /**
   * @param storage  RocksDB's own directory (`db` in the directory of a Corestore 7 store), or a database that is not open
   *                 yet, or a session of one. The engine adds a column family to it, and closes what it was given:
   *                 closing a database closes all its sessions, closing a session only that session
   * @throws BAD_ARGUMENT
   */
  constructor(storage: string | RocksDatabase, opts?: RocksEngineOptions) {
    this.#opts = readGiven(opts, TABLE)
    if (typeof storage === 'string') {
      this.#directory = storage
      return
    }
    if (storage.opened)
      throw badArgument('storage', 'a RocksDB that is not open yet (it gets a column family)', storage)
    this.#directory = storage.path
    this.#given = this.#root = storage as unknown as RocksDB
    // The class comes from the caller's copy of rocksdb-native.
    this.#db = this.#root.columnFamily(this.#column(this.#root.constructor as typeof RocksDB))
  }

  /**
   * By which manifests of RocksDB the latest opening for writing, and the one before it, can be told apart: if that one is
   * not known to the journal in the store, somebody else has written. An engine that wraps this one has to pass it on.
   */
  get openings(): Openings {
    return this.#openings
  }

  /** @throws ELOCKED, STORAGE_UNSUPPORTED, or the error of rocksdb-native; then nothing is left open */
  open(): Promise<void> {
    return this.#lifecycle.open(async () => {
      refuseRocks(`the RocksDB at ${this.#directory}`)
      if (this.#given !== null) {
        const last = this.#given.opened ? null : await this.#manifest()
        await this.#given.ready()
        return this.#note(last)
      }
      const { default: Rocks } = await import('rocksdb-native')
      const column = this.#column(Rocks)
      this.#lock = await this.openLock()
      try {
        await this.#lock?.ready() // from here on nobody else begins a manifest
        const last = await this.#manifest()
        this.#root = new Rocks(this.#directory, { ...this.#opts, lock: this.#lock })
        this.#db = this.#root.columnFamily(column)
        await this.#root.ready()
        await this.#note(last)
      } catch (cause) {
        column.destroy()
        if (!LOCKED.test((cause as Error).message)) throw cause
        throw new EngineError('ELOCKED', `the RocksDB at ${this.#directory} is open elsewhere`, { cause })
      }
    })
  }

  close(): Promise<void> {
    return closeAll('closing the RocksDB engine', [
      () => this.#lifecycle.close(() => this.#close()),
      () => this.#given?.close() // even if it was never opened
    ])
  }

  /** Called by open() before a database is opened here. */
  protected async openLock(): Promise<RocksLock | null> {
    return this.#opts.lock ?? null
  }

  async #manifest(): Promise<string | null> {
    const { manifestOf } = await import('./manifest.js')
    return manifestOf(this.#directory)
  }

  async #note(last: string | null): Promise<void> {
    this.#openings = { last, own: (await this.#manifest()) ?? '' }
  }

  #column({ ColumnFamily }: typeof RocksDB): InstanceType<typeof RocksDB.ColumnFamily> {
    return new ColumnFamily(COLUMN_FAMILY, { ...COLUMN_FAMILY_OPTIONS, ...this.#opts })
  }

  getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]> {
    return this.#lifecycle.run('getMany()', async () => {
      checkKeys(keys)
      const db = at === undefined ? this.#db : RocksSnapshot.session(at)
      if (keys.length === 0) {
        await laterTurn()
        return []
      }
      const batch = db.read({ autoDestroy: true, capacity: keys.length })
      const values = keys.map((key) => batch.get(key))
      batch.tryFlush()
      return Promise.all(values)
    })
  }

  batch(ops: readonly Op[]): Promise<void> {
    return this.#lifecycle.run('batch()', async () => {
      checkOps(ops)
      if (ops.length === 0) return laterTurn()
      await this.#writes.run(() => this.#write(ops))
    })
  }

  iterator(range: Range, at?: EngineSnapshot): EngineIterator {
    checkRange(range)
    this.#lifecycle.check('iterator()')
    const session = at === undefined ? this.#db : RocksSnapshot.session(at)
    const cursor = new RocksCursor(session.snapshot(), range, this.#handles)
    return {
      next: (max) => this.#lifecycle.run('next()', () => cursor.next(max)),
      close: () => cursor.close()
    }
  }

  snapshot(): EngineSnapshot {
    this.#lifecycle.check('snapshot()')
    return new RocksSnapshot(this.#db.snapshot(), this.#handles)
  }

  flush(): Promise<void> {
    return this.#lifecycle.run('flush()', () => this.#db.flush())
  }

  suspend(): Promise<void> {
    return this.#lifecycle.suspend(async () => {
      await this.#db.suspend()
      await this.#lock?.suspend()
    })
  }

  resume(): Promise<void> {
    return this.#lifecycle.resume(async () => {
      await this.#resume()
      await this.#note(await this.#manifest())
    })
  }

  /** Compacts everything, whatever the range: rocksdb-native 3 takes Buffers for options (index.js, `compactRange()`). */
  compact(): Promise<void> {
    return this.#lifecycle.run('compact()', () => this.#db.compactRange())
  }

  /** Called by resume() before a suspended database takes its lock back. @throws if somebody else has it */
  protected async checkLock(): Promise<void> {}

  async #close(): Promise<void> {
    // A cursor that reads ahead ends only when RocksDB resumes or closes; by now another process may have it.
    await this.#resume().catch(() => {})
    const handles = Array.from(this.#handles, (handle) => () => handle.close())
    const sessions = [() => closeAll('closing handles', handles, 'together'), () => this.#db.close()]
    await closeAll(
      'closing RocksDB',
      [() => this.#root.close(), () => closeAll('closing sessions', sessions)],
      'together'
    )
  }

  async #resume(): Promise<void> {
    await this.checkLock()
    await this.#lock?.resume()
    await this.#db.resume()
  }

  #write(ops: readonly Op[]): Promise<void> {
    if (this.#opts.readOnly) {
      throw new EngineError('ENGINE_READ_ONLY', 'cannot write: the RocksDB was opened read-only')
    }
    const batch = this.#db.write({ autoDestroy: true, capacity: ops.length })
    for (const op of ops) {
      if (op.type === 'put') batch.tryPut(op.key, op.value)
      else if (op.type === 'del') batch.tryDelete(op.key)
      // RocksDB would fail this batch, and every later one, because of an inverted range.
      else if (b4a.compare(op.start, op.end) < 0) batch.tryDeleteRange(op.start, op.end)
    }
    return batch.flush()
  }
}
