import { systemClock } from '@manycore/ground'
import { type CorePeer, holdRequests, isAwaiting, isRemoved, requestMore } from './hypercore-peer.js'

/**
 * The cores of one stream that we download, those of higher priority first: while the peer owes us data of a core,
 * none of a core with a lower priority is requested from it. What has been requested already still comes, other
 * streams are not waited for, and a core of which the peer has nothing that we lack holds up nobody.
 */
export class DownloadOrder {
  /** those whose channel is open, and their priorities */
  readonly #peers = new Map<CorePeer, number>()
  /** the highest priority of which data is awaited */
  #top = -Infinity
  #timer: unknown = null

  /** @param peer  hypercore's, of the core and the stream, before it requested anything */
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
