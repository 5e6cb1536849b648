import type { LevelSizes } from '../compaction/sizes.js'
import type { ValuePointer } from '../cursor/cursor.js'
import { OPEN_ATTEMPTS, SEALED_MEMTABLES } from '../defaults.js'
import type { Disk } from '../disk/disk.js'
import { logFileName } from '../disk/file-names.js'
import type { Op, Range } from '../engine.js'
import { EngineError, isManycoreError } from '../errors.js'
import { Log } from '../log/log.js'
import { BlockCache } from '../segment/block-cache.js'
import { Catalog } from './catalog.js'
import { Commits } from './commits.js'
import { Maintenance } from './maintenance.js'
import type { Memtables } from './memtables.js'
import { cleanUp } from './orphans.js'
import { create, dropTail, recover, type Recovered } from './recovery.js'
import type { Layers } from './version.js'

export interface StoreOptions {
  readonly isReadOnly: boolean
  /** Every batch is synced before it is acknowledged. */
  readonly isSynced: boolean
  /** Size at which a memtable is full, > 0. */
  readonly memtableBytes: number
  readonly cacheBytes: number
  readonly levelSizes: LevelSizes
}

/** An open store: its layers, and how they change. */
export class Store {
  readonly #memtables: Memtables
  readonly #catalog: Catalog
  readonly #commits: Commits
  readonly #maintenance: Maintenance
  readonly #isReadOnly: boolean

  /** @throws ENGINE_CORRUPT, ENGINE_VERSION; read-only beside a writer: ENGINE_FAILED */
  static open(disk: Disk, options: StoreOptions): Promise<Store> {
    const open = (): Promise<Store> => Store.#open(disk, options)
    const isBesideWriter = options.isReadOnly && disk.lock.isSpare
    return isBesideWriter ? openBesideWriter(open, () => disk.close()) : open()
  }

  static async #open(disk: Disk, options: StoreOptions): Promise<Store> {
    const start = (await recover(disk)) ?? (await create(disk, options.isReadOnly))
    const cache = new BlockCache(options.cacheBytes)
    const catalog = await Catalog.open(disk, start, cache)
    const store = new Store(disk, start, catalog, options)
    if (options.isReadOnly) await catalog.hold()
    else {
      await dropTail(start)
      if (start.manifest.generation === 0) await catalog.renew() // the store was being made when it was interrupted
      await cleanUp(disk, catalog, start.memtables.active.log, start.orphans)
      if (options.isSynced) await store.sync() // what it continues from must survive as well
      store.#maintenance.kick()
      await store.#leaveOldLog().catch(() => {}) // there is no space, or the log has failed: batches are told
    }
    return store
  }

  private constructor(disk: Disk, { memtables, synced }: Recovered, catalog: Catalog, options: StoreOptions) {
    this.#memtables = memtables
    this.#catalog = catalog
    this.#isReadOnly = options.isReadOnly
    this.#commits = new Commits({
      memtables,
      synced,
      isSynced: options.isSynced,
      memtableBytes: options.memtableBytes,
      makeRoom: async () => {
        while (memtables.sealedCount >= SEALED_MEMTABLES) await this.#maintenance.flushed()
      },
      createLog: (previous) => {
        const id = catalog.nextId()
        return Log.create(id, previous, disk.file(logFileName(id))).catch((err: unknown) => {
          catalog.discardLog(id)
          throw err
        })
      },
      onRotated: () => {
        catalog.keep(memtables.active.log.id)
        this.#maintenance.kick()
      }
    })
    this.#maintenance = new Maintenance(memtables, catalog, options.levelSizes, () => this.#commits.isBusy)
  }

  /** In a log of version 1, a record is proof that everything before it is stored. Makes that true, and adds no more records. */
  async #leaveOldLog(): Promise<void> {
    if (this.#memtables.active.log.isMarked) return
    await this.sync()
    await this.#commits.rotate()
  }

  /** What the last job in the background failed with; null = it succeeded. */
  get failure(): unknown {
    return this.#maintenance.failure
  }

  /** The latest state, for look-ups before the next await only. To keep it for longer, hold the version. */
  latest(): Layers {
    return { memtables: this.#memtables.layers(), version: this.#catalog.current }
  }

  /** The latest state, held: the caller must release the version. O(1) */
  hold(): Layers {
    return { memtables: this.#memtables.snapshot(), version: this.#catalog.current.hold() }
  }

  readValue(pointer: ValuePointer): Promise<Uint8Array> {
    return this.#catalog.values.read(pointer)
  }

  batch(ops: readonly Op[]): Promise<void> {
    return this.#commits.batch(ops)
  }

  /**
   * Once it resolves, what was committed survives a loss of power. A log that could not be synced is no longer relied on: what
   * it holds goes to segments.
   */
  async sync(): Promise<void> {
    if (this.#isReadOnly) return
    const { end } = this.#memtables.active.log
    await this.#syncOrFlush()
    if (this.#catalog.isUncertain) await this.#catalog.settle() // what was flushed meanwhile is in no memtable
    await this.#commits.mark(end)
  }

  async #syncOrFlush(): Promise<void> {
    const failed = await this.#syncLogs()
    if (failed.size === 0) return
    await this.#commits.rotate()
    for (const log of failed.keys()) {
      if (log === this.#memtables.active.log) throw failed.get(log)
      while (this.#holds(log)) await this.#maintenance.flushed()
    }
    for (const cause of (await this.#syncLogs()).values()) throw cause
  }

  async compact(range?: Range): Promise<void> {
    await this.#commits.rotate()
    await this.#maintenance.compact(range)
  }

  /** Ends the work in the background. Nothing is written until resume(). */
  suspend(): Promise<void> {
    return this.#maintenance.stop().then(() => this.#catalog.suspend())
  }

  /** @throws ENGINE_FAILED, if someone else has written meanwhile */
  async resume(): Promise<void> {
    // A writer may remove files while a reader opens them again: the reader has all of them if nothing has changed afterwards.
    const isHeld = !this.#isReadOnly || ((await this.#isCurrent()) && (await this.#catalog.holdAgain()))
    if (!isHeld || !(await this.#isCurrent()))
      throw new EngineError(
        'ENGINE_FAILED',
        'the store was changed elsewhere while it was suspended: close it and open it again'
      )
    this.#catalog.resume()
    if (!this.#isReadOnly) this.#maintenance.start()
  }

  async #isCurrent(): Promise<boolean> {
    return (await this.#catalog.isCurrent()) && !(await this.#memtables.active.log.hasMore())
  }

  /** Every version that was held must have been released. */
  async close(): Promise<void> {
    await this.#maintenance.stop()
    await this.#catalog.close()
  }

  /** @returns the logs whose sync failed, and why */
  async #syncLogs(): Promise<Map<Log, unknown>> {
    const logs = this.#memtables.all().map(({ log }) => log)
    const failed = new Map<Log, unknown>()
    await Promise.all(logs.map((log) => log.sync().catch((err: unknown) => failed.set(log, err))))
    // What a log held that was flushed meanwhile is in a segment, which was synced.
    for (const log of logs) if (!this.#holds(log)) failed.delete(log)
    return failed
  }

  #holds(log: Log): boolean {
    return this.#memtables.all().some((layer) => layer.log === log)
  }
}

/**
 * Opens a store that someone else may be writing. A file may be removed after its name was read, and one that is being
 * written may be read in part: everything is then read anew. What fails twice in the same way is damaged.
 * @param open    reads everything and changes nothing
 * @param forget  forgets what was found of the files so far
 * @throws ENGINE_CORRUPT; ENGINE_FAILED, if the store had changed each time
 */
export async function openBesideWriter<T>(open: () => Promise<T>, forget: () => Promise<void>): Promise<T> {
  let failure: Error | null = null
  for (let attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
    try {
      return await open()
    } catch (err) {
      if (!isManycoreError(err, 'ENGINE_CORRUPT')) throw err
      if (err.message === failure?.message) throw err
      failure = err
      await forget()
    }
  }
  const message = `the writer changed the store while it was being read, ${OPEN_ATTEMPTS} times in a row: open it again`
  throw new EngineError('ENGINE_FAILED', message, { cause: failure })
}
