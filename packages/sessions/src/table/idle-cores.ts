import type { InnerCore } from '@manycore/hypercore-types'
import type { Clock } from './clock.js'
import { isIdle } from '../upstream/core-hooks.js'
import { Linger } from './linger.js'

/** Decides when an unused core may close: when it has been idle for the linger and nobody holds it. */
export class IdleCores {
  readonly #linger: Linger<InnerCore>
  readonly #holds: Map<InnerCore, number> = new Map()

  /** @param close  called for a core whose time is over */
  constructor(lingerMs: number, clock: Clock, close: (core: InnerCore) => void) {
    this.#linger = new Linger(lingerMs, clock, (core) => {
      // In use again? Then it says so when that ends.
      if (!this.#holds.has(core) && isIdle(core)) close(core)
    })
  }

  /** Says that a core is idle now: it starts to linger, or starts anew. */
  idle(core: InnerCore): void {
    if (!this.#holds.has(core)) this.#linger.add(core)
  }

  /** @returns releases the core; only the first call counts */
  hold(core: InnerCore): () => void {
    this.#linger.delete(core)
    this.#holds.set(core, (this.#holds.get(core) ?? 0) + 1)
    let held = true
    return () => {
      if (held) this.#release(core)
      held = false
    }
  }

  /** The core is gone, or nobody's to close. */
  forget(core: InnerCore): void {
    this.#linger.delete(core)
    this.#holds.delete(core)
  }

  #release(core: InnerCore): void {
    const holds = this.#holds.get(core)
    if (holds === undefined) return // forgotten meanwhile
    if (holds > 1) {
      this.#holds.set(core, holds - 1)
      return
    }
    this.#holds.delete(core)
    core.checkIfIdle()
  }
}
