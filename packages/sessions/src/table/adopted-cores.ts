import Hypercore from 'hypercore'
import type { InnerCore, Hypercore as Session } from '@manycore/hypercore-types'

/** Cores of plain Hypercores that are in a table: it never closes them, and lets them go when they close. */
export class AdoptedCores {
  /** core → our weak session on it, by which we learn that it closes */
  readonly #followers: Map<InnerCore, Session<unknown>> = new Map()

  has(core: InnerCore): boolean {
    return this.#followers.has(core)
  }

  /** @param onclose  called when the core closes, unless it was deleted from here before */
  add(core: InnerCore, onclose: () => void): void {
    const ongc = (): void => {
      if (this.#followers.has(core)) onclose()
    }
    const follower = { core, weak: true, sessions: [], ongc }
    this.#followers.set(core, new Hypercore(null, null, follower))
  }

  /** Lets a core go. @returns our session on it, which is to be closed unless the core has closed */
  delete(core: InnerCore): Session<unknown> | null {
    const follower = this.#followers.get(core) ?? null
    this.#followers.delete(core)
    return follower
  }
}
