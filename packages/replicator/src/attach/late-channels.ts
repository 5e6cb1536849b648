import type { InnerCore, Protomux } from '@manycore/hypercore-types'
import { closeChannel } from '../wire/pairing.js'

/**
 * Cores that were detached before their channel was open: `attachTo()` of Hypercore's Replicator opens it once the
 * handshake is over, in a microtask even if it is, whether the core has been detached meanwhile or not. All cores of a
 * mux that are detached in one go share one promise.
 */
export class LateChannels {
  readonly #detached = new WeakMap<Protomux, Set<InnerCore>>()

  /** The core has been detached. Its channel is closed as soon as it may have opened, unless it is attached again. */
  add(core: InnerCore, mux: Protomux): void {
    const known = this.#detached.get(mux)
    if (known !== undefined) return void known.add(core)
    const cores = new Set([core])
    this.#detached.set(mux, cores)
    void mux.stream.opened.then(() => {
      this.#detached.delete(mux)
      queueMicrotask(() => closeAll(cores, mux)) // after the attachTo() of those that have joined
    })
  }
}

function closeAll(cores: Set<InnerCore>, mux: Protomux): void {
  for (const core of cores) {
    if (!core.replicator.attached(mux)) void closeChannel(mux, core)
  }
}
