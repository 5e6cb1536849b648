import { now } from './clock.mjs'

/**
 * A kind of event of a store about hostile peers.
 * @typedef {object} Seen
 * @property {string} event
 * @property {string} code
 * @property {boolean} namesCore
 * @property {number} at     ms, of the first
 * @property {number} count
 */

/** @typedef {import('@manycore/corestore').Corestore['replicator']} Replicator */

/** What a store has said about hostile peers; npm Corestore says nothing, except that their streams have closed. */
export class Events {
  /** @type {Map<string, Seen>} */
  #seen = new Map()
  /** @type {WeakSet<object>} */
  #known = new WeakSet()
  /** How many streams were named. */
  named = 0
  #isHostile

  /**
   * @param {Replicator | undefined} replicator  undefined: of npm Corestore
   * @param {(stream: object | null) => boolean} isHostile
   */
  constructor(replicator, isHostile) {
    this.#isHostile = isHostile
    replicator?.on('limited', (err, { stream, discoveryKey }) => {
      this.#note('limited', err, stream, discoveryKey)
    })
    replicator?.on('core-error', (err, { stream, discoveryKey }) => {
      this.#note('core-error', err, stream, discoveryKey)
    })
    replicator?.on('stalled', (stream, stall) => this.#note('stalled', { code: stall }, stream))
    replicator?.on('stream-close', (stream, reason) => {
      if (reason !== null) this.#note('stream-close', reason, stream)
    })
  }

  /** @returns {Seen[]} */
  get seen() {
    return [...this.#seen.values()]
  }

  clear() {
    this.#seen.clear()
    this.#known = new WeakSet()
    this.named = 0
  }

  /**
   * @param {string} event
   * @param {object} err
   * @param {object | null} stream
   * @param {Uint8Array | null} [discoveryKey]
   */
  #note(event, err, stream, discoveryKey = null) {
    if (!this.#isHostile(stream)) return
    if (stream !== null && !this.#known.has(stream)) {
      this.#known.add(stream)
      this.named++
    }
    const code = String(/** @type {{ code?: string }} */ (err).code ?? err)
    const known = this.#seen.get(`${event} ${code}`)
    if (known) known.count++
    else
      this.#seen.set(`${event} ${code}`, {
        event,
        code,
        namesCore: discoveryKey !== null,
        at: now(),
        count: 1
      })
  }
}
