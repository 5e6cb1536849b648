import type { Engine, EngineSnapshot } from '@manycore/kv'

/** A snapshot held by several sessions and reads; let go of with the last. */
export class SharedSnapshot {
  #at: EngineSnapshot | null = null
  #holders = 0
  #released = false

  /** Takes the state of now; before the engine is open there is none to take. */
  take(engine: Engine): void {
    if (!this.#released) this.#at = engine.snapshot()
  }

  /** The engine's snapshot; there is one once the engine is open. */
  get at(): EngineSnapshot {
    return this.#at as EngineSnapshot
  }

  hold(): this {
    this.#holders++
    return this
  }

  release(): void {
    if (--this.#holders > 0) return
    this.#released = true
    this.#at?.close()
  }
}
