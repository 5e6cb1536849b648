import { Lifecycle } from '@manycore/kv'
import type { Engine, EngineIterator, EngineSnapshot, EngineSupports, Op, Range } from '@manycore/kv'

/** An engine whose calls wait while the store is suspended, even if the engine itself cannot be suspended. */
export class HeldEngine implements Engine {
  readonly #engine: Engine
  readonly #lifecycle: Lifecycle
  readonly #onsuspend: () => void

  /** @param onsuspend  called once no call is under way any more */
  constructor(engine: Engine, onsuspend: () => void) {
    this.#engine = engine
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
    return this.#lifecycle.open(() => this.#engine.open())
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
    return this.#lifecycle.resume(async () => this.#engine.resume?.())
  }

  getMany(keys: readonly Uint8Array[], at?: EngineSnapshot): Promise<(Uint8Array | null)[]> {
    return this.#lifecycle.run('getMany()', () => this.#engine.getMany(keys, at))
  }

  batch(ops: readonly Op[]): Promise<void> {
    return this.#lifecycle.run('batch()', () => this.#engine.batch(ops))
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
