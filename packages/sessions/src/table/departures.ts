import Hypercore from 'hypercore'
import type { InnerCore, Hypercore as Session } from '@manycore/hypercore-types'
import { purge } from '../upstream/core-hooks.js'
import { listing } from '../upstream/session.js'

/** Cores on their way out of a table: those that are closing, and those that are being deleted. */
export class Departures {
  readonly #leave: (core: InnerCore) => void
  /** Core → a promise that resolves once what is stored of the core has been deleted. */
  readonly #purges: Map<InnerCore, Promise<void>> = new Map()

  /** @param leave  the table forgets the core; a second call does nothing */
  constructor(leave: (core: InnerCore) => void) {
    this.#leave = leave
  }

  /** Is the core closing or being deleted? Whoever asks for it now gets a successor, which waits for that. */
  has(core: InnerCore): boolean {
    return core.closing !== null || this.#purges.has(core)
  }

  /** Closes a core that nobody uses. */
  async close(core: InnerCore): Promise<void> {
    try {
      await core.close()
    } finally {
      this.#leave(core)
    }
  }

  /** Closes a core whatever still uses it. */
  async shut(core: InnerCore): Promise<void> {
    await core.opening.catch(noop) // told by core.ready()
    if (!core.opened) return
    try {
      await core.closeAllSessions(null)
      await core.close()
    } finally {
      this.#leave(core)
    }
  }

  /**
   * Closes all sessions of a core and the core, then deletes what is stored of it.
   * @param release  called when that is over: until then the core must be held, so that no successor opens between the
   *                 close and the deletion
   */
  purge(core: InnerCore, release: () => void): Promise<void> {
    const purging = purge(core).finally(() => {
      this.#purges.delete(core)
      release()
      if (core.closing !== null) this.#leave(core) // it stays if it could not be closed
    })
    this.#purges.set(core, purging)
    return purging
  }

  /** The deletion that is under way, if there is one. */
  purging(core: InnerCore): Promise<void> | null {
    return this.#purges.get(core) ?? null
  }

  /** Resolves once a departing core has closed, or has failed to, and is forgotten; never rejects. */
  async settled(core: InnerCore): Promise<void> {
    try {
      await (this.#purges.get(core) ?? core.closing)
    } catch {
      // Told to whoever closed it; a successor can open all the same.
    }
    this.#leave(core)
  }
}

/** Cores of plain Hypercores that are in a table: it never closes them, and lets them go when they close. */
export class AdoptedCores {
  /** Core → our weak session on it, by which we learn that it closes. */
  readonly #followers: Map<InnerCore, Session<unknown>> = new Map()

  has(core: InnerCore): boolean {
    return this.#followers.has(core)
  }

  /** @param onclose  called when the core closes, unless it was deleted from here before */
  add(core: InnerCore, onclose: () => void): void {
    const inNoList = listing(core, [], () => {
      if (this.#followers.has(core)) onclose()
    })
    this.#followers.set(core, new Hypercore(null, null, { ...inNoList, weak: true }))
  }

  /** Lets a core go. @returns our session on it, which is to be closed unless the core has closed */
  delete(core: InnerCore): Session<unknown> | null {
    const follower = this.#followers.get(core) ?? null
    this.#followers.delete(core)
    return follower
  }
}

function noop(): void {}
