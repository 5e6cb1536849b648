import type { Protomux } from '@manycore/hypercore-types'
import { READ_BYTES_PER_STREAM, READS_PER_STREAM } from '../../defaults.js'
import type { Host, Interceptor } from './interceptor.js'
import { aroundAnswers, averageBlock, postpone, unansweredRequests } from '../hypercore-peer.js'
import type { CoreChannel, Handlers } from '../hypercore-peer.js'
import type { Request } from '../messages.js'

/**
 * Bounds the blocks that are read for one stream at a time. Hypercore reads a block for every request that comes before
 * the first answer has filled the stream: thousands, for a packet of 20 bytes each, and a remote that reads nothing has
 * them wait in memory. It lets requests wait only while the stream takes no more (`Peer.onrequest()`), so we let them
 * wait as well once enough are being answered.
 */
export function boundReads({ mux }: Host): Interceptor {
  const reads = new Reads(mux)
  return {
    name: 'reads',
    wrap: ({ open, request, drain }) => ({
      open(handshake, channel) {
        const peer = channel.userData
        aroundAnswers(peer, (message, answer) => {
          if (reads.postponed !== message) return answer()
          postpone(peer, message)
          return NOTHING
        })
        return open(handshake, channel)
      },
      request: (message, channel) => reads.request(message, channel, request, drain),
      drain: (channel) => reads.drain(channel, drain)
    })
  }
}

const NOTHING = Promise.resolve()

type Drain = Handlers['drain']

/** The blocks that are read for one stream. */
class Reads {
  /** the request that is not to be answered in this very call, but to wait */
  postponed: Request | null = null
  readonly #mux: Protomux
  /** requests being answered, without those that had to wait */
  #busy = 0
  /** bytes of their blocks, as far as these can be known before they are read */
  #busyBytes = 0
  /** channels whose requests wait, and what answers them; the one that has waited longest is next */
  readonly #waiting = new Map<CoreChannel, Drain>()
  #isServing = false

  constructor(mux: Protomux) {
    this.#mux = mux
  }

  request(message: Request, channel: CoreChannel, next: Handlers['request'], drain: Drain): unknown {
    if (!this.#mux.drained) return next(message, channel) // Hypercore lets it wait
    const bytes = averageBlock(channel.userData)
    if (this.#isFull(bytes)) {
      this.#waiting.set(channel, drain)
      return this.#postpone(message, () => next(message, channel))
    }
    const working = next(message, channel)
    if (!(working instanceof Promise)) return working
    this.#busy++
    this.#busyBytes += bytes
    return working.finally(() => {
      this.#busyBytes -= bytes
      return --this.#busy === 0 ? this.#serveWaiting() : undefined
    })
  }

  /** The stream takes more. Hypercore would read a block for every channel at once. */
  drain(channel: CoreChannel, drain: Drain): unknown {
    if (unansweredRequests(channel.userData) === 0) return undefined
    this.#waiting.set(channel, drain)
    return this.#isServing ? undefined : this.#serveWaiting()
  }

  #isFull(bytes: number): boolean {
    return (
      this.#busy >= READS_PER_STREAM || (this.#busy > 0 && this.#busyBytes + bytes > READ_BYTES_PER_STREAM)
    )
  }

  #postpone<T>(message: Request, call: () => T): T {
    this.postponed = message
    try {
      return call()
    } finally {
      this.postponed = null
    }
  }

  /**
   * One channel after the other answers what waits, until the stream is full. Those that are left out come first next
   * time.
   */
  async #serveWaiting(): Promise<void> {
    if (this.#isServing) return
    this.#isServing = true
    try {
      for (const [channel, drain] of this.#waiting) {
        if (!this.#mux.drained) return
        this.#waiting.delete(channel)
        await serve(channel, drain)
      }
    } finally {
      this.#isServing = false
    }
  }
}

async function serve(channel: CoreChannel, drain: Drain): Promise<void> {
  try {
    await drain(channel)
  } catch (err) {
    if (!channel.closed) throw err // Protomux ends the stream
  }
}
