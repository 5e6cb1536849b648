import b4a from 'b4a'
import RocksDB from 'rocksdb-native'
import { EngineError, Lifecycle, checkKeys, checkOps, checkRange, laterTurn } from '@manycore/kv'
import type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Op, Range } from '@manycore/kv'
import { RocksCursor, RocksSnapshot } from './rocks-handles.js'
import { WriteQueue } from './write-queue.js'

/** As hypercore-storage 3.3.1 has it (index.js, createColumnFamily): both open what the other wrote. */
const COLUMN_FAMILY = 'corestore'
const COLUMN_FAMILY_OPTIONS = {
  enableBlobFiles: true,
  minBlobSize: 4096,
  blobFileSize: 256 * 1024 * 1024,
  enableBlobGarbageCollection: true,
  tableBlockSize: 8192,
  tableCacheIndexAndFilterBlocks: true,
  tableFormatVersion: 6,
  blobGarbageCollectionForceThreshold: 1.0
}

export interface RocksEngineOptions {
  /** nothing is written and no lock is taken; the database must exist; default false */
  readOnly?: boolean
}

/**
 * An engine over RocksDB: what every other engine is compared with. For a store, openStorage(path) is
 * faster: hypercore-storage then uses RocksDB without an engine between them.
 */
export class RocksEngine implements Engine {
  readonly name = 'rocksdb'
  readonly supports: EngineSupports = { persistent: true, suspend: true, compact: true, readOnly: true }
  readonly #directory: string
  readonly #readOnly: boolean
  readonly #lifecycle: Lifecycle = new Lifecycle('rocksdb')
  readonly #handles = new Set<RocksSnapshot | RocksCursor>()
  readonly #writes: WriteQueue = new WriteQueue()
  #root!: RocksDB
  #db!: RocksDB
  #isSuspended = false

  /** @param directory  RocksDB's own: of a Corestore 7 store the directory `db` in it */
  constructor(directory: string, { readOnly = false }: RocksEngineOptions = {}) {
    this.#directory = directory
    this.#readOnly = readOnly
  }

  open(): Promise<void> {
    return this.#lifecycle.open(async () => {
      this.#root = new RocksDB(this.#directory, { readOnly: this.#readOnly })
      this.#db = this.#root.columnFamily(new RocksDB.ColumnFamily(COLUMN_FAMILY, COLUMN_FAMILY_OPTIONS))
      try {
        await this.#root.ready()
      } catch (cause) {
        if (!/lock hold by current process|^While lock file/i.test((cause as Error).message)) throw cause
        throw new EngineError('ELOCKED', `the RocksDB at ${this.#directory} is open elsewhere`, { cause })
      }
    })
  }

  async close(): Promise<void> {
    await this.resume()
    await this.#lifecycle.close(async () => {
      await Promise.all(Array.from(this.#handles, (handle) => handle.close()))
      await this.#db.close()
      await this.#root.close()
    })
  }

  getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]> {
    return this.#lifecycle.run('getMany()', async () => {
      checkKeys(keys)
      const db = at === undefined ? this.#db : RocksSnapshot.session(at)
      if (keys.length === 0) return []
      const batch = db.read({ autoDestroy: true })
      const values = Promise.all(keys.map((key) => batch.get(key)))
      batch.tryFlush()
      const [found] = await Promise.all([values, laterTurn()])
      return found
    })
  }

  batch(ops: readonly Op[]): Promise<void> {
    return this.#lifecycle.run('batch()', async () => {
      checkOps(ops)
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

  async suspend(): Promise<void> {
    this.#lifecycle.check('suspend()')
    this.#isSuspended = true
    await this.#db.suspend()
  }

  async resume(): Promise<void> {
    if (!this.#isSuspended) return
    this.#isSuspended = false
    await this.#db.resume()
  }

  /** Everything, whatever the range: rocksdb-native 3.18.1 takes Buffers for options (index.js, compactRange). */
  compact(): Promise<void> {
    return this.#lifecycle.run('compact()', () => this.#db.compactRange())
  }

  #write(ops: readonly Op[]): Promise<void> {
    if (this.#readOnly) throw new EngineError('ENGINE_READ_ONLY', 'batch() on a RocksDB opened read-only')
    const batch = this.#db.write({ autoDestroy: true })
    for (const op of ops) {
      if (op.type === 'put') batch.tryPut(op.key, op.value)
      else if (op.type === 'del') batch.tryDelete(op.key)
      // An inverted range would fail this batch and every later one.
      else if (b4a.compare(op.start, op.end) < 0) batch.tryDeleteRange(op.start, op.end)
    }
    return batch.flush()
  }
}
