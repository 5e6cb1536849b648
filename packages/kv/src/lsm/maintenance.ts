import { type MergePick, runMerge } from '../compaction/merge.js'
import { flushMemtable } from '../compaction/output.js'
import { pickCompaction, pickMerge } from '../compaction/pick.js'
import type { LevelSizes } from '../compaction/sizes.js'
import { LEVEL0_STALL } from '../defaults.js'
import type { Range } from '../engine.js'
import { EngineError } from '../errors.js'
import { laterTurn } from '../kit/runtime.js'
import type { Catalog } from './catalog.js'
import type { Memtables } from './memtables.js'

interface Deferred {
  readonly resolve: () => void
  readonly reject: (err: unknown) => void
}

/**
 * Flushes full memtables and merges segments (compaction) in the background. One job at a time, except that a merge makes way
 * for a flush.
 */
export class Maintenance {
  readonly #memtables: Memtables
  readonly #catalog: Catalog
  readonly #sizes: LevelSizes
  readonly #isWriting: () => boolean
  #running: Promise<void> | null = null
  #isStopped = false
  #failure: unknown = null
  #flushWaiters: Deferred[] = []
  #compactions: (Deferred & { readonly range: Range | undefined })[] = []

  /** @param isWriting  is a batch being committed? Merges then go slowly */
  constructor(memtables: Memtables, catalog: Catalog, sizes: LevelSizes, isWriting: () => boolean) {
    this.#memtables = memtables
    this.#catalog = catalog
    this.#sizes = sizes
    this.#isWriting = isWriting
  }

  /** What the last job failed with; null = it succeeded. It is tried again with the next full memtable. */
  get failure(): unknown {
    return this.#failure
  }

  /** Begins to work, if there is anything to do. */
  kick(): void {
    if (!this.#isStopped) this.#running ??= this.#run()
  }

  /** Resolves once a full memtable has been flushed. @throws what the flush failed with */
  flushed(): Promise<void> {
    return this.#wait(this.#flushWaiters, {})
  }

  /** Resolves once nothing in the range is deleted or overwritten. @throws what a job failed with */
  compact(range?: Range): Promise<void> {
    return this.#wait(this.#compactions, { range })
  }

  /** Cancels the job that is running; what it wrote is removed. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  start(): void {
    this.#isStopped = false
    this.kick()
  }

  #wait<T extends object>(list: (Deferred & T)[], details: T): Promise<void> {
    return new Promise((resolve, reject) => {
      list.push({ ...details, resolve, reject })
      this.kick()
    })
  }

  async #run(): Promise<void> {
    await laterTurn() // not in the middle of a write
    let failure: unknown = null
    try {
      while (!this.#isStopped) {
        if (this.#catalog.isUncertain) await this.#catalog.settle() // before more files depend on it
        const pick = this.#mayFlush() || failure !== null ? null : this.#pick()
        if (pick !== null) await this.#merge(pick).catch((err: unknown) => (failure = this.#failure = err))
        else if (this.#mayFlush()) await this.#flush()
        else break
      }
    } catch (err) {
      failure = err
    }
    this.#running = null
    if (!this.#isStopped) this.#failure = failure
    const reason = failure ?? (this.#isStopped ? stopped() : null)
    for (const { resolve, reject } of [...this.#flushWaiters.splice(0), ...this.#compactions.splice(0)]) {
      if (reason === null) resolve()
      else reject(reason)
    }
  }

  #pick(): MergePick | null {
    const { levels, valueFiles } = this.#catalog.manifest
    for (;;) {
      const wanted = this.#compactions[0]
      const pick =
        pickMerge(levels, valueFiles, this.#sizes) ??
        (wanted ? pickCompaction(levels, valueFiles, wanted.range, this.#sizes) : null)
      if (pick !== null || wanted === undefined) return pick
      this.#compactions.shift()
      wanted.resolve()
    }
  }

  /** Otherwise writers wait for merges, because reads would have to look into too many segments. */
  #mayFlush(): boolean {
    const level0 = this.#catalog.manifest.levels[0]?.length ?? 0
    const isMerged = level0 < LEVEL0_STALL * this.#sizes.level0Segments || this.#failure !== null
    return this.#memtables.oldest !== undefined && isMerged
  }

  async #flush(): Promise<void> {
    const { memtable, log } = this.#memtables.oldest!
    const edit = await flushMemtable(memtable, {
      files: this.#catalog.files,
      nextId: () => this.#catalog.nextId(),
      pause: () => this.#checkStopped()
    })
    await this.#catalog.apply(edit, { flushed: log.id, next: this.#memtables.logAfterOldest().id })
    this.#memtables.dropOldest()
    await this.#catalog.settle()
    for (const { resolve } of this.#flushWaiters.splice(0)) resolve()
  }

  async #merge(pick: MergePick): Promise<void> {
    const inputs = this.#catalog.current.hold()
    try {
      const edit = await runMerge(pick, {
        files: this.#catalog.files,
        nextId: () => this.#catalog.nextId(),
        segment: (id) => this.#catalog.segment(id),
        values: this.#catalog.values,
        pause: () => this.#yield()
      })
      await this.#catalog.apply(edit)
      await this.#catalog.settle()
    } finally {
      inputs.release()
    }
  }

  /** Between the blocks of a merge. */
  async #yield(): Promise<void> {
    await this.#checkStopped()
    if (this.#mayFlush()) await this.#flush()
    if (this.#isWriting()) await laterTurn()
  }

  #checkStopped(): Promise<void> | undefined {
    if (this.#isStopped) throw stopped()
    return undefined
  }
}

function stopped(): EngineError {
  return new EngineError('ENGINE_CLOSED', 'cancelled: the engine was closed or suspended')
}
