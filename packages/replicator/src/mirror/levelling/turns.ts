import { FIRST_PLACES } from '../defaults.js'
import type { Catalog } from '../cores/catalog.js'
import type { MirrorLink } from '../link.js'

/** A core whose turn it is. The catalog holds it until whoever gets this releases it. */
export interface Turn {
  readonly slot: number
  /** The peers that have of it what we lack. */
  readonly links: ReadonlySet<MirrorLink>
  /** The one of them in whose place it is. */
  readonly owner: MirrorLink
}

/** What one peer is waited for, and what it may have at a time. */
interface Peer {
  readonly waiting: Set<number>
  /** What could not be had before: its turn comes after all that is new. */
  readonly again: Set<number>
  running: number
  /** How many cores may be brought level in its places: more, the more of them it has brought; 0 = it is given up. */
  places: number
}

/**
 * The cores that are to be brought level, each with the peers that have more of it. Peers come in turn, so that those who have
 * much do not keep others waiting; and one that does not bring what it claims has fewer and fewer places, and none in the end.
 */
export class Turns {
  readonly #catalog: Catalog
  readonly #most: number
  /** By slot. */
  readonly #links = new Map<number, Set<MirrorLink>>()
  readonly #peers = new WeakMap<MirrorLink, Peer>()
  /** Those that something waits of, in the order of their turns. */
  readonly #order = new Map<MirrorLink, Peer>()

  /** @param most  how many places one peer may have */
  constructor(catalog: Catalog, most: number) {
    this.#catalog = catalog
    this.#most = most
  }

  /** A peer has of a core what we lack. @param isAgain  it could not be had before, and nothing has changed since */
  add(slot: number, link: MirrorLink, isAgain: boolean = false): void {
    const links = this.#links.get(slot)
    if (links === undefined) {
      this.#catalog.hold(slot)
      this.#links.set(slot, new Set([link]))
    } else links.add(link)
    const peer = this.#peerOf(link)
    if (!isAgain) peer.again.delete(slot)
    if (!isAgain) peer.waiting.add(slot)
    else if (!peer.waiting.has(slot)) peer.again.add(slot)
    this.#order.set(link, peer)
  }

  /** @returns null if no peer that something waits of has a place left. O(peers) */
  take(): Turn | null {
    for (const [owner, peer] of this.#order) {
      if (peer.running >= peer.places) continue
      const slot = this.#nextOf(owner, peer)
      if (slot === -1) continue
      peer.running++
      this.#order.delete(owner)
      this.#order.set(owner, peer) // its next turn comes after all others
      const links = this.#links.get(slot)!
      this.#links.delete(slot)
      for (const link of links) this.#unwait(slot, link)
      return { slot, links, owner }
    }
    return null
  }

  /** Whether a peer that is not given up has to be asked for something. */
  isWaiting(link: MirrorLink): boolean {
    const peer = this.#order.get(link)
    return peer !== undefined && peer.places > 0
  }

  /** A core that is being brought level comes to be in the place of another peer. @returns false if that has none left */
  enter(link: MirrorLink): boolean {
    const peer = this.#peerOf(link)
    if (peer.running >= peer.places) return false
    peer.running++
    return true
  }

  /** A place is free again. */
  exit(link: MirrorLink): void {
    this.#peerOf(link).running--
  }

  /** A peer has brought what it had. */
  brought(link: MirrorLink): void {
    const peer = this.#peerOf(link)
    peer.places = Math.min(Math.max(peer.places, 1) * 2, this.#mostOf(link))
  }

  /** A peer has not. @returns whether it is given up for now */
  failed(link: MirrorLink): boolean {
    const peer = this.#peerOf(link)
    const before = peer.places
    peer.places = Math.floor(before / 2)
    return before === 1
  }

  /** A peer that was given up gets a place to try. */
  readmit(link: MirrorLink): void {
    const peer = this.#peerOf(link)
    peer.places = Math.max(peer.places, 1)
  }

  /** A peer is gone. */
  leave(link: MirrorLink): void {
    for (const slot of slotsOf(this.#order.get(link))) this.#drop(slot, link)
  }

  clear(): void {
    for (const link of this.#order.keys()) this.leave(link)
  }

  #peerOf(link: MirrorLink): Peer {
    let peer = this.#peers.get(link)
    if (peer === undefined) {
      const places = Math.ceil(this.#mostOf(link) * FIRST_PLACES)
      peer = { waiting: new Set(), again: new Set(), running: 0, places }
      this.#peers.set(link, peer)
    }
    return peer
  }

  #mostOf({ narrowing }: MirrorLink): number {
    const { concurrency = Infinity, maxOpenCores = Infinity } = narrowing
    return Math.min(this.#most, concurrency, Math.floor(maxOpenCores / 2))
  }

  /** The first core that a peer still has more of. */
  #nextOf(link: MirrorLink, peer: Peer): number {
    for (const slot of slotsOf(peer)) {
      if (link.lacks(slot)) return slot
      this.#drop(slot, link)
    }
    return -1
  }

  #drop(slot: number, link: MirrorLink): void {
    const links = this.#links.get(slot)!
    this.#unwait(slot, link)
    links.delete(link)
    if (links.size > 0) return
    this.#links.delete(slot)
    this.#catalog.release(slot)
  }

  #unwait(slot: number, link: MirrorLink): void {
    const peer = this.#peerOf(link)
    peer.waiting.delete(slot)
    peer.again.delete(slot)
    if (peer.waiting.size + peer.again.size === 0) this.#order.delete(link)
  }
}

/** What a peer is waited for, in order. */
function* slotsOf(peer: Peer | undefined): Generator<number, void, undefined> {
  if (peer === undefined) return
  yield* peer.waiting
  yield* peer.again
}
