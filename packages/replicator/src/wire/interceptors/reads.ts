import { LEAST_READS, READ_BYTES_PER_STREAM, READS, READS_PER_STREAM } from '../../defaults.js'
import type { Host, Interceptor } from './interceptor.js'
import {
  aroundAnswers,
  averageBlock,
  postpone,
  queueRequests,
  unansweredRequests
} from '../hypercore-peer.js'
import type { CoreChannel, Handlers } from '../hypercore-peer.js'
import type { Request } from '../messages.js'
import { RequestQueue } from '../answers/request-queue.js'
import { Outgoing } from '../answers/outgoing.js'
import { WaitingAnswers, type WaitingAnswer } from '../answers/waiting-answers.js'
import { Wants } from '../answers/wants.js'

/**
 * Answers as much as the stream takes; what a remote asks for beyond that waits, and the channels are served round robin.
 *
 * Hypercore reads a block for every request that comes before the first answer has filled the stream: thousands, for a
 * packet of 20 bytes each, and a remote that reads nothing has them wait in memory. It lets requests wait only while the
 * stream takes no more (`Peer.onrequest()`), so we let them wait as well once enough are being answered. Wants it does not
 * let wait at all.
 */
export function boundAnswers(host: Host): Interceptor {
  const { mux, work } = host
  const answers = new WaitingAnswers(mux)
  const reads = new Reads(answers)
  const wants = new Wants(answers, work)
  const outgoing = new Outgoing(host, answers)
  return {
    name: 'answers',
    make: (make) => (opts) => {
      const channel = make(opts)
      if (channel !== null) outgoing.guard(channel)
      return channel
    },
    wrap: ({ open, close, request, want, unwant, drain }) => ({
      open(handshake, channel) {
        const peer = channel.userData
        queueRequests(peer, new RequestQueue())
        aroundAnswers(peer, (message, answer) => {
          if (reads.postponed !== message) return answer(message)
          postpone(peer, message)
          return NOTHING
        })
        return open(handshake, channel)
      },
      close(isRemote, channel) {
        outgoing.release(channel)
        return close(isRemote, channel)
      },
      request: (message, channel) => {
        if (!mux.drained) return request(message, channel) // Hypercore lets it wait
        return reads.request(message, channel, request, drain)
      },
      want: (message, channel) => wants.want(message, channel, want),
      unwant(message, channel) {
        wants.unwant(message, channel)
        return unwant(message, channel)
      },
      drain(channel) {
        if (unansweredRequests(channel.userData) > 0) reads.wait(channel, drain)
        return answers.serve()
      }
    })
  }
}

const NOTHING = Promise.resolve()

type Drain = Handlers['drain']

/** Requests being answered on all streams: there is one disk and one event loop, whatever the number of replicators. */
let reads = 0

/** The blocks that are read for one stream. */
class Reads {
  /** the request that is not to be answered in this very call, but to wait */
  postponed: Request | null = null
  readonly #answers: WaitingAnswers
  /** requests being answered, without those that had to wait */
  #busy = 0
  /** bytes of their blocks, as far as these can be known before they are read */
  #busyBytes = 0

  constructor(answers: WaitingAnswers) {
    this.#answers = answers
  }

  request(message: Request, channel: CoreChannel, next: Handlers['request'], drain: Drain): unknown {
    const bytes = averageBlock(channel.userData)
    if (this.#isFull(bytes)) {
      this.wait(channel, drain)
      return this.#postpone(message, () => next(message, channel))
    }
    const working = next(message, channel)
    if (!(working instanceof Promise)) return working
    return this.#read(working, bytes)
  }

  async #read(working: Promise<unknown>, bytes: number): Promise<void> {
    this.#busy++
    this.#busyBytes += bytes
    reads++
    try {
      await working
    } finally {
      this.#busyBytes -= bytes
      reads--
      if (--this.#busy === 0) await this.#answers.serve()
    }
  }

  /** Hypercore answers the requests of a channel, until the stream takes no more. */
  wait(channel: CoreChannel, drain: Drain): void {
    const answering = channel as AnsweringChannel
    answering[POSTPONED] ??= {
      channel,
      async answer() {
        await drain(channel)
        return false // what is left waits until the stream has drained
      }
    }
    this.#answers.wait(answering[POSTPONED])
  }

  #isFull(bytes: number): boolean {
    const most = reads < READS ? READS_PER_STREAM : LEAST_READS
    return this.#busy >= most || (this.#busy > 0 && this.#busyBytes + bytes > READ_BYTES_PER_STREAM)
  }

  #postpone<T>(message: Request, call: () => T): T {
    this.postponed = message
    try {
      return call()
    } finally {
      this.postponed = null
    }
  }
}

/** What has a channel's postponed requests answered is kept on it. */
const POSTPONED = Symbol('postponed requests')

type AnsweringChannel = CoreChannel & { [POSTPONED]?: WaitingAnswer }
