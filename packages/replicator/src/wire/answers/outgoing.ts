import b4a from 'b4a'
import type { Protomux } from '@manycore/hypercore-types'
import { PUSHED_BYTES, UNREAD_MESSAGES, UNREAD_RANGES, UNREAD_RANGES_PER_STREAM } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { REQUEST } from '../costs.js'
import type { CoreChannel } from '../hypercore-peer.js'
import { type Data, MESSAGES, type MessageType, type Range, type Sync } from '../messages.js'
import type { Total } from '../claims/intervals.js'
import { givenBytes } from '../secret-stream.js'
import { News } from './news.js'
import type { Work } from '../work.js'
import type { Host } from '../interceptors/interceptor.js'
import type { WaitingAnswers } from './waiting-answers.js'

/** The news of a channel are kept on it, because a table would keep those of channels that have closed. */
const NEWS: unique symbol = Symbol('news')

type ToldChannel = CoreChannel & { [NEWS]?: News }

/**
 * What we send without being asked, while a remote reads nothing. Each message that waits in the stream takes about 1 KB of
 * memory, however short it is, and Hypercore sends whatever it has to say: 10,000 appends per second are 10 MB per second.
 *
 * - The news of a core, such as that it is longer or which blocks are here, are held until the stream takes more, and are
 *   then said once, as they are by then.
 * - The number of all other messages that wait on a channel is bounded. Hypercore itself bounds how many requests, wants and
 *   cancels it sends, so only a remote that has us send them again and again, or lets us push blocks and reads nothing,
 *   comes near the bound. Answers to requests and wants do not count: they wait for the stream (`WaitingAnswers`).
 */
export class Outgoing {
  readonly #mux: Protomux
  readonly #work: Work
  readonly #answers: WaitingAnswers
  /** Ranges that wait, of all cores of the stream. */
  readonly #ranges: Total = { count: 0 }

  constructor({ mux, work }: Pick<Host, 'mux' | 'work'>, answers: WaitingAnswers) {
    this.#mux = mux
    this.#work = work
    this.#answers = answers
  }

  /** Called before anything is sent on the channel. */
  guard(channel: ToldChannel): void {
    const mux = this.#mux
    const unread = new Unread(mux, channel)
    const sends = channel.messages.map(({ send }) => send)
    const say = (type: MessageType, message: unknown): unknown => sends[MESSAGES.indexOf(type)]!(message)
    const news = new News(channel, say, this.#ranges)
    channel[NEWS] = news
    for (const [place, message] of channel.messages.entries()) {
      const send = sends[place]!
      switch (MESSAGES[place]) {
        case 'sync':
          message.send = (sync) =>
            mux.drained && news.isEmpty ? send(sync) : this.#hold(news.sync(sync as Sync))
          break
        case 'range':
          message.send = (range) =>
            mux.drained && news.isEmpty ? send(range) : this.#hold(news.range(range as Range))
          break
        case 'data':
          message.send = (data) => {
            if (!mux.drained && (data as Data).request === 0) unread.push(data as Data)
            return send(data)
          }
          break
        case 'noData':
          message.send = (noData) => {
            this.#work.charge(REQUEST, channel) // what was looked for in vain
            if (!mux.drained) unread.add(1)
            return send(noData)
          }
          break
        case 'extension':
        case 'bitfield':
          break
        default:
          message.send = (other) => {
            if (!mux.drained) unread.add(1)
            return send(other)
          }
      }
    }
  }

  #hold(news: News): boolean {
    this.#answers.wait(news)
    const { count } = this.#ranges
    if (news.size > UNREAD_RANGES || count > UNREAD_RANGES_PER_STREAM) {
      this.#mux.destroy(unread(Math.max(news.size, count), news.channel))
    }
    return false
  }

  /** A channel has closed. */
  release(channel: ToldChannel): void {
    channel[NEWS]?.release()
  }
}

/** The messages of one channel that wait in its stream. */
class Unread {
  readonly #mux: Protomux
  readonly #channel: CoreChannel
  #count = 0
  /** where in the stream the first of them is */
  #from = 0

  constructor(mux: Protomux, channel: CoreChannel) {
    this.#mux = mux
    this.#channel = channel
  }

  /** What is pushed counts by its size. */
  push({ block }: Data): void {
    this.add(Math.ceil((block?.value.byteLength ?? 0) / PUSHED_BYTES))
  }

  add(count: number): void {
    const { given, taken } = givenBytes(this.#mux.stream)
    if (taken >= this.#from) {
      this.#count = 0
      this.#from = given
    }
    this.#count += count
    if (this.#count <= UNREAD_MESSAGES) return
    this.#mux.destroy(unread(UNREAD_MESSAGES, this.#channel))
  }
}

function unread(count: number, { id }: CoreChannel): ReplicatorError {
  const text = `${count} messages about ${b4a.toString(id, 'hex')} are not read`
  return new ReplicatorError('UNREAD_ANSWERS', text, { discoveryKey: id })
}
