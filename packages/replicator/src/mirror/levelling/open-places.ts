import { onLaterTurn } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import type { Attachments } from '../../attach/attachments.js'
import type { LookUps, Places } from '../../attach/look-ups.js'
import type { LoadedCores } from '../../source/core-source.js'
import type { OpenStream, StreamSet } from '../../streams/stream-set.js'
import { blockMessages } from '../../wire/hypercore-peer.js'
import { isDownloaded, isHeld } from '../../wire/mirror/core-watch.js'
import { UNUSED_MS } from '../defaults.js'

/** What places work with. */
export interface PlaceParts {
  readonly loaded: LoadedCores
  readonly attachments: Attachments
  readonly lookUps: LookUps
  readonly streams: StreamSet
  readonly clock: Clock
  /** @returns how many a stream may have; Infinity = it has no bound of its own; null = nothing is bounded on it */
  mostOf(record: OpenStream): number | null
}

/** A core that look-ups have opened. */
interface Guest {
  /** Whose remote it was opened for first. */
  readonly record: OpenStream
  /** How many messages about blocks there were when somebody last needed its place; −1 = nobody has. */
  used: number
}

/**
 * The places of cores that are open because a mirror, or the remote of a stream that is mirrored over, needs them. A core has its
 * place from before it opens until it has closed. If somebody waits for one, those close first that nobody uses, then those of
 * which nothing has been asked or sent for a second. One that a session has, too, needs none.
 */
export class OpenPlaces implements Places {
  readonly #most: number
  readonly #parts: PlaceParts
  /** Those that are open, the oldest first. */
  readonly #guests = new Map<InnerCore, Guest>()
  /** How many there are of each stream, those that are being opened among them. */
  readonly #counts = new Map<OpenStream, number>()
  #taken = 0
  /** The streams for which somebody waits, with how many. */
  readonly #short = new Map<OpenStream, number>()
  #isLooking = false
  #timer: unknown = null
  readonly #unwatch: () => void

  /** @param most  how many places there are */
  constructor(parts: PlaceParts, most: number) {
    this.#most = most
    this.#parts = parts
    this.#unwatch = parts.loaded.watch((core, what) => {
      if (what === 'closed') this.#closed(core)
      else if (this.#short.size > 0 && this.#guests.has(core)) this.#lookSoon()
    })
  }

  /** Whether a core needs a place to be opened for a stream. */
  isNeeded(discoveryKey: Uint8Array, record: OpenStream): boolean {
    return this.#parts.mostOf(record) !== null && !this.#parts.loaded.has(discoveryKey)
  }

  /** Takes a place, if there is one. @param waiting  how many look-ups of the stream wait for one */
  take(record: OpenStream, waiting: number): boolean {
    const count = this.#counts.get(record) ?? 0
    if (this.#taken >= this.#most || count >= (this.#parts.mostOf(record) ?? Infinity)) {
      this.#short.set(record, waiting)
      this.#lookSoon()
      return false
    }
    this.#short.delete(record)
    this.#taken++
    this.#counts.set(record, count + 1)
    return true
  }

  /** A look-up that has a place is over. @param core  what it has opened; null = nothing, or somebody else has */
  settle(core: InnerCore | null, record: OpenStream): void {
    if (core === null || this.#guests.has(core)) return this.#leave(record)
    if (core.closing === null) return void this.#guests.set(core, { record, used: -1 })
    const leave = (): void => this.#leave(record)
    core.closing.then(leave, leave)
  }

  close(): void {
    this.#unwatch()
    this.#parts.clock.clearTimeout(this.#timer)
    this.#short.clear()
  }

  #closed(core: InnerCore): void {
    const guest = this.#guests.get(core)
    this.#guests.delete(core)
    if (guest !== undefined) this.#leave(guest.record)
  }

  #leave(record: OpenStream): void {
    this.#taken--
    const count = this.#counts.get(record)! - 1
    if (count === 0) this.#counts.delete(record)
    else this.#counts.set(record, count)
    this.#parts.lookUps.next()
  }

  /** Not now: whoever waits for a core to open can attach to it in the turn in which it has opened. */
  #lookSoon(): void {
    if (this.#isLooking) return
    this.#isLooking = true
    onLaterTurn(() => {
      this.#isLooking = false
      this.#look()
    })
  }

  #look(): void {
    for (const record of this.#short.keys()) if (record.index === -1) this.#short.delete(record)
    let missing = 0
    for (const waiting of this.#short.values()) missing += waiting
    for (const [core] of this.#guests) {
      if (missing <= 0) return
      if (isHeld(core)) this.#closed(core)
      else if (!this.#parts.loaded.close(core)) continue
      missing--
    }
    if (missing > 0) this.#evictLater()
  }

  #evictLater(): void {
    this.#timer ??= this.#parts.clock.setTimeout(() => {
      this.#timer = null
      if (this.#short.size === 0) return
      for (const [core, guest] of this.#guests) this.#evictIfUnused(core, guest)
      this.#lookSoon()
    }, UNUSED_MS)
  }

  #evictIfUnused(core: InnerCore, guest: Guest): void {
    const { attachments, streams } = this.#parts
    const used = core.replicator.peers.reduce((sum, peer) => sum + blockMessages(peer), 0)
    const isUnused = used === guest.used
    guest.used = used
    if (!isUnused || isDownloaded(core)) return
    for (const record of streams) if (record.attached.has(core)) attachments.evict(core, record, this.#most)
  }
}
