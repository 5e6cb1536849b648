import type { InnerCore } from '@manycore/hypercore-types'
import type { OpenStream } from '../streams/stream-set.js'
import { closeChannel } from '../wire/pairing.js'

/**
 * Cores that were detached before their channel was open: `attachTo()` of Hypercore's Replicator opens it once the
 * handshake is over, in a microtask even if it is, whether the core has been detached meanwhile or not. All cores of a
 * stream that are detached in one go share one promise.
 */
export class LateChannels {
  readonly #detached = new WeakMap<OpenStream, Set<InnerCore>>()

  /** The core has been detached. Its channel is closed as soon as it may have opened, unless it is attached again. */
  add(core: InnerCore, record: OpenStream): void {
    const known = this.#detached.get(record)
    if (known !== undefined) return void known.add(core)
    const cores = new Set([core])
    this.#detached.set(record, cores)
    void record.noise.opened.then(() => {
      this.#detached.delete(record)
      queueMicrotask(() => closeAll(cores, record)) // after the attachTo() of those that have joined
    })
  }
}

function closeAll(cores: Set<InnerCore>, { mux }: OpenStream): void {
  for (const core of cores) {
    if (!core.replicator.attached(mux)) void closeChannel(mux, core.discoveryKey)
  }
}
