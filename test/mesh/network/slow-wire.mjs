import { Duplex } from 'streamx'
import { DelayLine } from './delay-line.mjs'

/** @typedef {{ delayMs: number, loss: number }} Weather  loss: from 0 to 1, of packets, or of chunks on a stream */

/** @typedef {{ chunks: number, leastMs: number, mostMs: number, lost: number }} Seen */

/** Bytes on their way before the sender has to wait. */
const WINDOW_BYTES = 256 * 1024

/** How long a lost packet takes to be missed and sent again. */
const SENT_AGAIN_MS = 100

/**
 * A raw stream seen through bad weather: what is written comes late, or, when it is lost, later still, because a
 * reliable stream sends it again; nothing passes in either direction while the wire is cut.
 */
export class SlowWire extends Duplex {
  /** @type {Duplex} */
  #raw
  /** @type {DelayLine<() => void>} */
  #out
  /** @type {DelayLine<Uint8Array | null>} */
  #in
  /** @type {((err: null) => void) | null} */
  #held = null

  /**
   * What it did: chunks that came late, the least and the longest that one of them took, and those sent again.
   * @type {Seen}
   */
  seen = { chunks: 0, leastMs: Infinity, mostMs: 0, lost: 0 }

  /**
   * @param {Duplex} raw      a duplex stream
   * @param {Weather} weather
   * @param {() => number} [random]   () → [0, 1)
   */
  constructor(raw, { delayMs, loss }, random = Math.random) {
    super()
    this.#raw = raw
    const late = () => {
      if (random() >= loss) return delayMs
      this.seen.lost++
      return delayMs + SENT_AGAIN_MS
    }
    this.#out = new DelayLine(late, (send) => {
      send()
      if (this.#out.bytes < WINDOW_BYTES) this.#written()
    })
    this.#in = new DelayLine(
      () => 0,
      (chunk) => this.push(chunk)
    )

    raw.on('data', (data) => {
      const chunk = /** @type {Uint8Array} */ (data)
      this.#in.push(chunk, chunk.byteLength)
    })
    raw.on('end', () => this.#in.push(null, 0))
    raw.on('error', (err) => this.destroy(err))
    raw.on('close', () => this.destroy(null))
  }

  /**
   * true = nothing passes any more; false = what was held passes now
   * @param {boolean} isCut
   */
  cut(isCut) {
    this.#out.hold(isCut)
    this.#in.hold(isCut)
  }

  /**
   * @override
   * @param {Uint8Array} chunk
   * @param {(err: null) => void} done
   */
  _write(chunk, done) {
    const start = performance.now()
    this.#out.push(() => {
      this.#note(performance.now() - start)
      this.#raw.write(chunk)
    }, chunk.byteLength)
    if (this.#out.bytes < WINDOW_BYTES) done(null)
    else this.#held = done
  }

  /**
   * @override
   * @param {(err: null) => void} done
   */
  _final(done) {
    this.#out.push(() => {
      this.#raw.end(null)
      done(null)
    }, 0)
  }

  /** @override */
  _predestroy() {
    this.#written()
  }

  /**
   * @override
   * @param {(err: null) => void} done
   */
  _destroy(done) {
    this.#out.clear()
    this.#in.clear()
    this.#raw.destroy(null)
    done(null)
  }

  /** @param {number} ms */
  #note(ms) {
    this.seen.chunks++
    this.seen.leastMs = Math.min(this.seen.leastMs, ms)
    this.seen.mostMs = Math.max(this.seen.mostMs, ms)
  }

  #written() {
    const done = this.#held
    this.#held = null
    done?.(null)
  }
}
