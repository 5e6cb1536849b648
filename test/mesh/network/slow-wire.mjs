import { Duplex } from 'streamx'
import { DelayLine } from './delay-line.mjs'

/** Bytes on their way before the sender has to wait. */
const WINDOW_BYTES = 256 * 1024

/** How long a lost packet takes to be missed and sent again. */
const SENT_AGAIN_MS = 100

/**
 * A raw stream seen through bad weather: what is written comes late, or, when it is lost, later still, because a
 * reliable stream sends it again; nothing passes in either direction while the wire is cut.
 */
export class SlowWire extends Duplex {
  #raw
  #out
  #in
  #held = null

  /** What it did: chunks that came late, the least and the longest that one of them took, and those sent again. */
  seen = { chunks: 0, leastMs: Infinity, mostMs: 0, lost: 0 }

  /**
   * @param raw      a duplex stream
   * @param weather  { delayMs, loss }: loss from 0 to 1, of chunks
   * @param random   () → [0, 1)
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

    raw.on('data', (chunk) => this.#in.push(chunk, chunk.byteLength))
    raw.on('end', () => this.#in.push(null, 0))
    raw.on('error', (err) => this.destroy(err))
    raw.on('close', () => this.destroy())
  }

  /** true = nothing passes any more; false = what was held passes now */
  cut(isCut) {
    this.#out.hold(isCut)
    this.#in.hold(isCut)
  }

  _write(chunk, done) {
    const start = performance.now()
    this.#out.push(() => {
      this.#note(performance.now() - start)
      this.#raw.write(chunk)
    }, chunk.byteLength)
    if (this.#out.bytes < WINDOW_BYTES) done(null)
    else this.#held = done
  }

  _final(done) {
    this.#out.push(() => {
      this.#raw.end()
      done(null)
    }, 0)
  }

  _predestroy() {
    this.#written()
  }

  _destroy(done) {
    this.#out.clear()
    this.#in.clear()
    this.#raw.destroy()
    done(null)
  }

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
