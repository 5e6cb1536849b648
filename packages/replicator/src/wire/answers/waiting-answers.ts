import type { Protomux } from '@manycore/hypercore-types'
import { CORKED_BYTES } from '../../defaults.js'
import type { CoreChannel } from '../hypercore-peer.js'
import { corkedBytes } from '../protomux.js'

/** Something that waits until the stream takes more. */
export interface WaitingAnswer {
  readonly channel: CoreChannel
  /** Answers some of it. @returns true: more of it waits */
  answer(): boolean | Promise<boolean>
}

/**
 * What the remote of one stream is to be told once the stream takes more: one channel after the other, until the stream is
 * full. Channels that are left out come first next time.
 */
export class WaitingAnswers {
  readonly #mux: Protomux
  /** The one that has waited longest is next. */
  readonly #waiting = new Set<WaitingAnswer>()
  #isServing = false
  /** So many that wait may belong to closed channels. */
  #sweepAt = 64

  constructor(mux: Protomux) {
    this.#mux = mux
  }

  /**
   * Does the stream take more? While Protomux gathers messages for one frame it does not ask the stream, so what is
   * gathered counts as well.
   */
  get isOpen(): boolean {
    return this.#mux.drained && corkedBytes(this.#mux) < CORKED_BYTES
  }

  /** Lets something wait, until `serve()` or until its channel closes. */
  wait(waiting: WaitingAnswer): void {
    this.#waiting.add(waiting)
    if (this.#waiting.size < this.#sweepAt) return
    for (const each of this.#waiting) if (each.channel.closed) this.#waiting.delete(each)
    this.#sweepAt = Math.max(64, 2 * this.#waiting.size)
  }

  /**
   * Serves what waits, until the stream takes no more.
   * @returns null if nothing is to be done
   */
  serve(): Promise<void> | null {
    return this.#isServing || this.#waiting.size === 0 ? null : this.#serve()
  }

  /** What they say leaves together: each packet takes the other side as much work as several messages. */
  async #serve(): Promise<void> {
    this.#isServing = true
    this.#mux.cork()
    try {
      for (const each of this.#waiting) {
        if (!this.isOpen) return
        this.#waiting.delete(each)
        if (await answer(each)) this.#waiting.add(each)
      }
    } finally {
      this.#isServing = false
      this.#mux.uncork()
    }
  }
}

async function answer(waiting: WaitingAnswer): Promise<boolean> {
  try {
    return !waiting.channel.closed && (await waiting.answer())
  } catch (err) {
    if (!waiting.channel.closed) throw err // Protomux ends the stream
    return false
  }
}
