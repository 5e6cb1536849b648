import { Lifecycle } from '@manycore/kv'
import type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Op, Range } from '@manycore/kv'
import type { Journal } from '../journal/journal.js'

/** An engine whose calls wait while the store is suspended, even if the engine itself cannot be suspended. */
export class HeldEngine implements Engine {
  readonly #engine: Engine
  readonly #journal: Journal
  readonly #lifecycle: Lifecycle
  readonly #onsuspend: () => void

  /**
   * @param journal    of the same engine: each batch() goes through it
   * @param onsuspend  called once no call is under way any more
   */
  constructor(engine: Engine, journal: Journal, onsuspend: () => void) {
    this.#engine = engine
    this.#journal = journal
    this.#lifecycle = new Lifecycle(engine.name)
    this.#onsuspend = onsuspend
  }

  get name(): string {
    return this.#engine.name
  }

  get supports(): EngineSupports {
    return this.#engine.supports
  }

  open(): Promise<void> {
    return this.#lifecycle.open(async () => {
      await this.#engine.open()
      await this.#journal.load()
    })
  }

  /** Closes the engine even if it was never opened, because a level database opens by itself. */
  async close(): Promise<void> {
    await this.#lifecycle.close(async () => {})
    await this.#engine.close()
  }

  suspend(): Promise<void> {
    return this.#lifecycle.suspend(async () => {
      this.#onsuspend()
      await this.#engine.suspend?.()
    })
  }

  resume(): Promise<void> {
    return this.#lifecycle.resume(async () => {
      await this.#engine.resume?.()
      await this.#journal.load()
    })
  }

  getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]> {
    return this.#lifecycle.run('getMany()', () => this.#engine.getMany(keys, at))
  }

  batch(ops: readonly Op[]): Promise<void> {
    return this.#lifecycle.run('batch()', () => this.#journal.batch(ops))
  }

  /** A batch that changes no core, and goes past the journal. */
  put(ops: readonly Op[]): Promise<void> {
    return this.#lifecycle.run('batch()', () => this.#engine.batch(ops))
  }

  /** Runs a call of the journal: not while the store is suspended. */
  run<T>(fn: () => Promise<T>): Promise<T> {
    return this.#lifecycle.run('the journal', fn)
  }

  iterator(range: Range, at?: EngineSnapshot): EngineIterator {
    const iterator = this.#engine.iterator(range, at)
    return {
      next: (max) => this.#lifecycle.run('next()', () => iterator.next(max)),
      close: () => iterator.close()
    }
  }

  snapshot(): EngineSnapshot {
    return this.#engine.snapshot()
  }

  flush(): Promise<void> {
    return this.#lifecycle.run('flush()', async () => this.#engine.flush?.())
  }

  compact(range?: Range): Promise<void> {
    return this.#lifecycle.run('compact()', async () => this.#engine.compact?.(range))
  }
}
