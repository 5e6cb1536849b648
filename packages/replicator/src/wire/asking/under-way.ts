import type { CorePeer } from '../hypercore-peer.js'
import { type OurRequest, requestTo } from './hypercore-requests.js'

/** So many requests may be answered before they are forgotten. */
const ANSWERED = 64

/**
 * Our requests to one peer that it has not answered. Hypercore has one list for all peers of a core (`InflightTracker`): to
 * go through that for each peer would take the square of their number.
 */
export class UnderWay<R extends OurRequest> {
  readonly #peer: CorePeer
  /** in the order in which they were sent, and some that are answered by now */
  #requests: R[] = []
  #pruneAt = ANSWERED

  constructor(peer: CorePeer) {
    this.#peer = peer
  }

  /** One is about to be sent. O(1), on average. */
  add(request: R): void {
    if (this.#requests.length >= this.#pruneAt) this.#prune()
    this.#requests.push(request)
  }

  /** The oldest first. */
  all(): readonly R[] {
    this.#prune()
    return this.#requests
  }

  #prune(): void {
    this.#requests = this.#requests.filter((request) => requestTo(this.#peer, request.id) === request)
    this.#pruneAt = 2 * this.#requests.length + ANSWERED
  }
}
