import { reportError } from '@manycore/ground'
import type { InnerCore, Protomux } from '@manycore/hypercore-types'
import { guardMux } from './budgets.js'
import { isolateCores } from './failures.js'
import type { Limits } from '../limits.js'
import { gatherAnswers, refuseClosedOpens } from './opens.js'
import type { RequestingPeer } from './opens.js'
import type { Direction } from './direction.js'

/** The name under which Hypercores open their channels. Source: hypercore 11.37.1 lib/replicator.js:3237. */
const PROTOCOL = 'hypercore/alpha'

/** One replicator on one mux. */
interface Party {
  /** the remote opens a channel for a core that nobody has attached */
  ask(discoveryKey: Uint8Array): Promise<void>
  /** a core failed; @returns was it attached by this party? */
  fail(err: Error, core: InnerCore): boolean
  /** which way a core goes that this party attached; null = both, or not attached */
  oneWay(discoveryKey: Uint8Array): Direction | null
  /** a channel opens; the party may hold the downloads of what it attached */
  opened(peer: RequestingPeer, core: InnerCore): void
  /** those of the first party hold for the mux */
  readonly limits: Limits
}

/**
 * Who minds the cores of a mux. A mux has one slot for each protocol, and a second `pair()` silently takes
 * it; the list lets several replicators share a stream.
 */
const parties = new WeakMap<Protomux, { all: Set<Party>; release: () => void }>()

/** @returns takes this party off the mux */
export function join(mux: Protomux, party: Party): () => void {
  const { all, release } = parties.get(mux) ?? open(mux, party.limits)
  all.add(party)

  return () => {
    if (!all.delete(party) || all.size > 0) return
    parties.delete(mux)
    release()
  }
}

function open(mux: Protomux, limits: Limits): { all: Set<Party>; release: () => void } {
  const all = new Set<Party>()
  mux.pair({ protocol: PROTOCOL }, (discoveryKey) => ask(all, discoveryKey))
  const unrefuse = refuseClosedOpens(mux)
  const ungather = gatherAnswers(mux)
  const unguard = guardMux(mux, PROTOCOL, limits)
  const restore = isolateCores(
    mux,
    PROTOCOL,
    (err, core) => Array.from(all).some((party) => party.fail(err, core)),
    (discoveryKey) => oneWay(all, discoveryKey),
    (peer, core) => {
      for (const party of all) party.opened(peer, core)
    }
  )

  const release = (): void => {
    mux.unpair({ protocol: PROTOCOL })
    restore()
    unguard()
    ungather()
    unrefuse()
  }
  parties.set(mux, { all, release })
  return { all, release }
}

function oneWay(all: Set<Party>, discoveryKey: Uint8Array): Direction | null {
  for (const party of all) {
    const way = party.oneWay(discoveryKey)
    if (way !== null) return way
  }
  return null
}

/** Never rejects: Protomux would destroy the whole stream (protomux 3.12.1 index.js:765). */
async function ask(all: Set<Party>, discoveryKey: Uint8Array | null): Promise<void> {
  if (discoveryKey?.byteLength !== 32) return // a channel without a core: Protomux rejects it
  await Promise.all(Array.from(all, (party) => party.ask(discoveryKey).catch(reportError)))
}

/**
 * Closes the channel of a core on this mux, also one that the remote has not answered yet.
 * @returns resolves once no message of it is being worked on
 */
export async function closeChannel(mux: Protomux, discoveryKey: Uint8Array): Promise<void> {
  const channel = mux.getLastChannel({ protocol: PROTOCOL, id: discoveryKey })
  if (channel === null) return
  channel.close()
  await channel.fullyClosed()
}
