import b4a from 'b4a'
import type { InnerCore } from '@manycore/hypercore-types'
import type { OpenStream } from '../streams/stream-set.js'

/** A core that asks for a place again costs no more than this many looks. */
const LOOKS = 16

interface Guest {
  readonly core: InnerCore
  /** messages about blocks when we last looked; −1 = not yet, which counts as useful */
  used: number
}

interface Guests {
  /** by hex discovery key, the least recently useful first */
  readonly cores: Map<string, Guest>
  /** closed for others; asking for them again does not close others in turn, which would never end */
  readonly evicted: Set<string>
}

/** The cores that are open on a stream for its remote only: no session of ours wants data of them. */
export class GuestCores {
  readonly #most: number
  readonly #evict: (core: InnerCore, record: OpenStream) => void
  readonly #streams = new WeakMap<OpenStream, Guests>()

  /** @param evict  closes a core on a stream, for another */
  constructor(most: number, evict: (core: InnerCore, record: OpenStream) => void) {
    this.#most = most
    this.#evict = evict
  }

  /** @returns false = there is no place for it */
  admit(core: InnerCore, record: OpenStream): boolean {
    if (core.replicator.downloading || core.replicator.attached(record.mux)) return true
    const guests = this.#streams.get(record) ?? { cores: new Map<string, Guest>(), evicted: new Set() }
    this.#streams.set(record, guests)
    const { cores, evicted } = guests
    const id = b4a.toString(core.discoveryKey, 'hex')
    cores.delete(id)
    if (cores.size >= this.#most && !this.#makeRoom(guests, record, evicted.has(id))) return false
    evicted.delete(id)
    cores.set(id, { core, used: -1 })
    return true
  }

  /** Those that moved blocks since we last looked get a second chance. */
  #makeRoom({ cores, evicted }: Guests, record: OpenStream, onlyGone: boolean): boolean {
    let victim: [string, Guest] | null = null
    for (let looks = onlyGone ? LOOKS : cores.size; looks >= 0; looks--) {
      const [entry] = cores
      if (entry === undefined) break
      const [id, guest] = entry
      if (isGone(guest.core, record)) return cores.delete(id)
      const used = traffic(guest.core, record)
      if (used === guest.used && victim === null) victim = entry
      if (victim !== null && !onlyGone) break
      cores.delete(id)
      cores.set(id, { core: guest.core, used })
    }
    if (onlyGone) return false
    victim ??= Array.from(cores)[0] ?? null
    if (victim === null) return false
    cores.delete(victim[0])
    evicted.add(victim[0])
    if (evicted.size > this.#most) for (const [oldest] of [evicted]) if (oldest) evicted.delete(oldest)
    this.#evict(victim[1].core, record)
    return true
  }
}

/** Closed, taken back, or wanted by a session of ours meanwhile. */
function isGone(core: InnerCore, { mux }: OpenStream): boolean {
  return core.closing !== null || core.replicator.downloading || !core.replicator.attached(mux)
}

function traffic(core: InnerCore, { mux }: OpenStream): number {
  const stats = core.replicator.peers.find(({ protomux }) => protomux === mux)?.stats
  return count(stats?.['wireRequest']) + count(stats?.['wireData'])
}

function count(figure: { tx: number; rx: number } | number | undefined): number {
  return typeof figure === 'object' ? figure.rx : 0
}
