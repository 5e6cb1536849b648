import type { Channel, InnerCore, Protomux } from '@manycore/hypercore-types'
import type { CoreChannel } from '../hypercore-peer.js'
import { PROTOCOL } from '../messages.js'

/** @upstream hypercore Replicator */
interface AttachedReplicator {
  /** The muxes that the core is offered on. */
  readonly _attached: ReadonlySet<Protomux>
}

/** The muxes that a core is offered on. */
export function muxesOf(core: InnerCore): Iterable<Protomux> {
  return (core.replicator as unknown as AttachedReplicator)._attached
}

/** @returns the channel of this very copy of a core, answered or not; null = it has none, or another store has it */
export function channelOf(mux: Protomux, core: InnerCore): Channel | null {
  const channel = mux.getLastChannel({ protocol: PROTOCOL, id: core.discoveryKey })
  const { userData } = (channel ?? {}) as Partial<CoreChannel>
  return userData?.core === core ? channel : null
}
