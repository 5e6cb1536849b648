import b4a from 'b4a'
import { BoundedSet } from '@manycore/ground'
import type { InnerCore, Protomux } from '@manycore/hypercore-types'
import type { OpenStream } from '../streams/stream-set.js'
import { blockMessages } from '../wire/hypercore-peer.js'
import { Lane } from '../wire/mirror/lane.js'

/** How many cores are looked at, at most, to find a place for one that had lost its own. */
const LOOKS = 16

interface Guest {
  /** Not kept: who closes it is not us, and a mirror has many open in turn. */
  readonly core: WeakRef<InnerCore>
  /** That of the stream, or a lane of it: each has a channel of its own. */
  readonly mux: Protomux
  /** How many messages about blocks there were when we last looked; −1 = not yet, which counts as useful. */
  used: number
}

interface Guests {
  /** By hex discovery key and lane, the least recently useful first. */
  readonly cores: Map<string, Guest>
  /** Those that were closed to make room. Asking for them again closes no others: that would never end. */
  readonly evicted: BoundedSet<string>
}

/** 'free': there is a place; a core: there is one if this core is closed for it; 'none': there is none. */
export type Place = 'free' | 'none' | InnerCore

/** The cores that are open on a stream for its remote only, while no session of ours wants their data. */
export class GuestCores {
  readonly #most: number
  readonly #streams = new WeakMap<OpenStream, Guests>()

  /** @param most  how many of them one stream may have */
  constructor(most: number) {
    this.#most = most
  }

  /** Gives a core a place, if there is one. The caller closes the core that has to go for it. */
  admit(core: InnerCore, record: OpenStream, mux: Protomux): Place {
    if (core.replicator.downloading || core.replicator.attached(mux)) return 'free'
    const guests = this.#guestsOf(record)
    const { cores, evicted } = guests
    forgetGone(cores)
    const id = b4a.toString(core.discoveryKey, 'hex') + (mux instanceof Lane ? mux.protocol : '')
    cores.delete(id)
    const place = cores.size < this.#most ? 'free' : this.#makeRoom(guests, evicted.has(id))
    if (place === 'none') return 'none'
    evicted.delete(id)
    cores.set(id, { core: new WeakRef(core), mux, used: -1 })
    return place
  }

  #guestsOf(record: OpenStream): Guests {
    const known = this.#streams.get(record)
    if (known !== undefined) return known
    const fresh: Guests = { cores: new Map(), evicted: new BoundedSet(this.#most) }
    this.#streams.set(record, fresh)
    return fresh
  }

  /** Cores that have moved blocks since we last looked get a second chance. */
  #makeRoom({ cores, evicted }: Guests, onlyGone: boolean): Place {
    let victim: [string, Guest] | null = null
    for (let looks = onlyGone ? LOOKS : cores.size; looks >= 0; looks--) {
      const [entry] = cores
      if (entry === undefined) break
      const [id, guest] = entry
      const core = guest.core.deref()
      if (core === undefined || isGone(core, guest.mux)) {
        cores.delete(id)
        return 'free'
      }
      const used = traffic(core, guest.mux)
      if (used === guest.used && victim === null) victim = entry
      if (victim !== null && !onlyGone) break
      cores.delete(id)
      cores.set(id, { ...guest, used })
    }
    if (onlyGone) return 'none'
    victim ??= Array.from(cores)[0] ?? null
    if (victim === null) return 'none'
    cores.delete(victim[0])
    evicted.add(victim[0])
    return victim[1].core.deref() ?? 'free'
  }
}

/** Two come off for one that is added, so that those that were closed do not add up behind a few that stay. */
function forgetGone(cores: Map<string, Guest>): void {
  let looks = 2
  for (const [id, guest] of cores) {
    const core = guest.core.deref()
    if (core !== undefined && !isGone(core, guest.mux)) return
    cores.delete(id)
    if (--looks === 0) return
  }
}

/** Whether the core has been closed, detached, or wanted by a session of ours meanwhile. */
function isGone(core: InnerCore, mux: Protomux): boolean {
  return core.closing !== null || core.replicator.downloading || !core.replicator.attached(mux)
}

function traffic(core: InnerCore, mux: Protomux): number {
  const peer = core.replicator.peers.find(({ protomux }) => protomux === mux)
  return peer === undefined ? 0 : blockMessages(peer)
}
