import { systemClock } from '@manycore/ground'
import { type CorePeer, holdRequests, isAwaiting, isRemoved, requestMore } from './hypercore-peer.js'

/**
 * Downloads the cores of one stream in the order of their priorities: while the peer owes us data of a core, nothing of a
 * core with a lower priority is requested from it. What was requested before still comes, other streams are not waited
 * for, and a core holds up nobody if the peer has nothing of it that we lack.
 */
export class DownloadOrder {
  /** The peers whose channel is open, and the priorities of their cores. */
  readonly #peers = new Map<CorePeer, number>()
  /** The highest priority of which data is awaited. */
  #top = -Infinity
  #timer: unknown = null

  /** @param peer  of the core on the stream, before it requests anything */
  add(peer: CorePeer, priority: number): void {
    this.#peers.set(peer, priority)
    const isHeld = (): boolean => priority < this.#top
    holdRequests(peer, isHeld, () => {
      if (!isRemoved(peer) && isAwaiting(peer)) this.#top = Math.max(this.#top, priority)
      else if (isRemoved(peer) || priority === this.#top) this.#checkSoon()
    })
  }

  /** In a timer: between the answers to two requests of a core nothing is awaited for a moment. */
  #checkSoon(): void {
    if (this.#timer !== null) return
    this.#timer = systemClock.setTimeout(() => {
      this.#timer = null
      this.#check()
    }, 0)
  }

  #check(): void {
    const before = this.#top
    this.#top = -Infinity
    for (const [peer, priority] of this.#peers) {
      if (isRemoved(peer)) this.#peers.delete(peer)
      else if (isAwaiting(peer)) this.#top = Math.max(this.#top, priority)
    }
    const released = [...this.#peers].filter(([, priority]) => priority < before)
    for (const [peer, priority] of released.toSorted(([, a], [, b]) => b - a)) {
      if (priority >= this.#top) requestMore(peer) // which may raise it
    }
  }
}
