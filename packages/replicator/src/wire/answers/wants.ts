import b4a from 'b4a'
import { WANTS_PER_CHANNEL, WANTS_PER_STREAM } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { WANTED_BYTE } from '../costs.js'
import type { CoreChannel, CorePeer, Handler } from '../hypercore-peer.js'
import type { Want } from '../messages.js'
import type { Work } from '../work.js'
import type { WaitingAnswers, WaitingAnswer } from './waiting-answers.js'

/** What waits of a channel is kept on it: a table of all channels would stay as large as it has ever been. */
const WANTS: unique symbol = Symbol('wants')

type WantingChannel = CoreChannel & { [WANTS]?: ChannelWants }

/**
 * The wants of one stream. A want asks which blocks of a part of a core are here, and Hypercore answers it at once, with up
 * to 256 KB of bitfields, which wait in memory if the remote reads nothing (`Replicator._onwant()`). Here a want that comes
 * while the stream takes no more is answered once it does, with what is here by then.
 */
export class Wants {
  readonly #answers: WaitingAnswers
  readonly #work: Work
  /** the channels of which a want waits; some of them may have closed */
  readonly #waiting = new Set<ChannelWants>()
  /** the wants of all of them */
  #count = 0

  constructor(answers: WaitingAnswers, work: Work) {
    this.#answers = answers
    this.#work = work
  }

  want(message: Want, channel: WantingChannel, next: Handler<Want>): unknown {
    const wants = (channel[WANTS] ??= new ChannelWants(channel))
    if (this.#answers.isOpen && wants.size === 0) return this.#answer(message, wants, next)
    this.#wait(message, wants, next)
    return undefined
  }

  /** A remote may have the bitfield of a core once; it is charged for what it wants of it again. */
  #answer(message: Want, wants: ChannelWants, next: Handler<Want>): unknown {
    const { channel } = wants
    const bytes = bytesOfAnswer(message, channel.userData)
    wants.given += bytes
    if (wants.given > bitfieldBytes(channel.userData)) this.#work.charge(bytes * WANTED_BYTE, channel)
    else this.#work.spend(bytes * WANTED_BYTE)
    return next(message, channel)
  }

  /** The remote takes back a want, which may be waiting. */
  unwant(message: Want, channel: WantingChannel): void {
    if (channel[WANTS]?.delete(message)) this.#count--
  }

  #wait(message: Want, wants: ChannelWants, next: Handler<Want>): void {
    if (!wants.add(message)) return
    this.#waiting.add(wants)
    this.#count++
    if (this.#count > WANTS_PER_STREAM) this.#countAgain()
    if (wants.size > WANTS_PER_CHANNEL || this.#count > WANTS_PER_STREAM) {
      const text = `${this.#count} wants of a stream wait, ${wants.size} of them for ${b4a.toString(wants.channel.id, 'hex')}`
      throw new ReplicatorError('TOO_MANY_WANTS', text)
    }
    this.#answers.wait((wants.waiting ??= this.#answerOf(wants, next)))
  }

  #answerOf(wants: ChannelWants, next: Handler<Want>): WaitingAnswer {
    return {
      channel: wants.channel,
      answer: () => {
        const message = wants.shift()
        if (message === null) return false
        this.#count--
        this.#answer(message, wants, next)
        return wants.size > 0
      }
    }
  }

  /** What waited in channels that have closed is gone. */
  #countAgain(): void {
    this.#count = 0
    for (const wants of this.#waiting) {
      if (wants.channel.closed || wants.size === 0) this.#waiting.delete(wants)
      else this.#count += wants.size
    }
  }
}

/** The wants of one channel that wait, each once. */
class ChannelWants {
  readonly channel: CoreChannel
  waiting: WaitingAnswer | null = null
  /** bytes of bitfields that answered some */
  given = 0
  readonly #messages = new Map<string, Want>()

  constructor(channel: CoreChannel) {
    this.channel = channel
  }

  get size(): number {
    return this.#messages.size
  }

  /** @returns false if the same one waits */
  add(message: Want): boolean {
    const key = keyOf(message)
    if (this.#messages.has(key)) return false
    this.#messages.set(key, message)
    return true
  }

  delete(message: Want): boolean {
    return this.#messages.size > 0 && this.#messages.delete(keyOf(message))
  }

  /** The one that has waited longest. */
  shift(): Want | null {
    for (const [key, message] of this.#messages) {
      this.#messages.delete(key)
      return message
    }
    return null
  }
}

function keyOf({ start, length, any }: Want): string {
  return `${start} ${length} ${any}`
}

/** An upper bound: nothing is said of a part in which we have no block. */
function bytesOfAnswer({ start, length, any }: Want, { core }: CorePeer): number {
  const rest = core.state!.length - start
  return any ? 0 : Math.max(0, Math.min(length, rest, MAX_WANT) / 8)
}

/** Bytes that answer the wants for a whole core, the last of which reaches beyond its end. */
function bitfieldBytes({ core }: CorePeer): number {
  return Math.ceil(core.state!.length / MAX_WANT) * (MAX_WANT / 8)
}

/** Blocks of the largest want that Hypercore answers (`MAX_RANGE` of lib/wants.js). */
const MAX_WANT = 2 ** 21
