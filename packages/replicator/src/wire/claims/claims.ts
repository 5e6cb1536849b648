import { MAX_WAITING_CLAIMS, WAITING_CLAIMS_PER_STREAM } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { type Cost, HINT, UNASKED_BYTE } from '../costs.js'
import type { CoreChannel, CorePeer } from '../hypercore-peer.js'
import type { Host } from '../interceptors/interceptor.js'
import type { Sync } from '../messages.js'
import { safeDestroy } from '../protomux.js'
import { announceWaiting, contiguousOf, setContiguous, type WaitingClaims } from './claiming-peer.js'
import { type Interval, Intervals, pieces, type Total } from './intervals.js'
import type { Telling } from './telling.js'
import { REGION, takeAnswer } from './wants.js'

/** How often Hypercore may ask a remote for its last block beyond a length of ours, as often as it bears a noData. */
const MAX_ASKED = 32

/**
 * What one remote says it has of one core. Hypercore hears of it as far as the core is proved to reach here. What lies
 * beyond waits, and is told when the core has grown.
 *
 * Hypercore keeps a number for the blocks from 0 on that are all there, and pages of bits for others. The number costs
 * nothing, whatever it is, so Hypercore always has it; only what is written to storage of it is held back.
 */
export class Claims implements WaitingClaims {
  readonly #host: Host
  readonly #channel: CoreChannel
  readonly #peer: CorePeer
  readonly #telling: Telling
  /** Hypercore knows of all claims below it. */
  #reach: number
  /** Claims from there on, without those below the number. */
  readonly #waiting: Intervals
  /** Those of all channels of the stream. */
  readonly #total: Total
  /** Regions beyond, of which Hypercore has the bits: a remote's answers to wants of ours. */
  readonly #far = new Set<number>()
  #fork: number
  #asked = { length: -1, times: 0 }

  constructor(host: Host, channel: CoreChannel, telling: Telling, total: Total) {
    this.#host = host
    this.#waiting = new Intervals(total)
    this.#total = total
    this.#channel = channel
    this.#peer = channel.userData
    this.#telling = telling
    this.#fork = this.#peer.remoteFork
    this.#reach = this.#fork === this.#state.fork ? this.#state.length : 0
    announceWaiting(this.#peer, this)
  }

  get #state(): { length: number; fork: number } {
    return this.#peer.core.state! // it is open: it has a peer
  }

  /** The remote has [start, end), or with `drop` no longer has them. */
  range(drop: boolean, start: number, end: number): unknown {
    if (drop) {
      this.#telling.run(this.#drop(start, end))
      return void this.#checkWaiting()
    }
    if (start === 0) return this.#extend(end)
    if (end > this.#reach && !this.#wait(Math.max(start, this.#reach), end)) return undefined
    const from = Math.max(start, contiguousOf(this.#peer))
    const to = Math.min(end, this.#reach)
    if (from >= to) return undefined
    return to - from === 1 ? this.#telling.one(from) : this.#telling.run(this.#telling.set(from, to))
  }

  /** The remote says which blocks it has from `start` on, a multiple of 32. */
  bitfield(start: number, words: Uint32Array): void {
    const end = start + words.length * 32
    const known = Math.max(this.#reach, this.#peer.remoteLength)
    const parts = Array.from(pieces(start, end, REGION), (part) => ({
      ...part,
      isWanted: takeAnswer(this.#channel, Math.floor(part.start / REGION))
    }))
    for (const part of parts) {
      if (part.isWanted) this.#host.work.credit(((part.end - part.start) / 8) * UNASKED_BYTE)
    }
    if (parts.some((part) => !part.isWanted && part.end > known + REGION)) {
      return this.#close(`a bitfield of block ${end - 1} that nobody asked for, of ${known} blocks`)
    }
    this.#telling.run(this.#write(parts, start, words))
  }

  /**
   * The remote announces its length.
   * @returns false if that contradicts what it says it has: its channel is closing
   */
  sync({ fork, length }: Sync): boolean {
    const isSameFork = fork === this.#fork
    this.#fork = fork
    const last = Math.max(this.#waiting.end, contiguousOf(this.#peer))
    const known = Math.max(length, this.#reach)
    if (last <= known) return true
    if (isSameFork) {
      this.#close(`it says that it has block ${last - 1}, and then that there are ${length}`)
      return false
    }
    // What it said of another fork need not be true of this one, and Hypercore may not have said so.
    this.#waiting.remove(length, Infinity)
    setContiguous(this.#peer, Math.min(contiguousOf(this.#peer), known))
    return true
  }

  /** The channel has closed: nothing waits any more. */
  release(): void {
    this.#waiting.remove(0, Infinity)
  }

  has(block: number): boolean {
    return this.#waiting.has(block)
  }

  isHolding(): boolean {
    return this.#telling.isHolding
  }

  mayAskForLast(): boolean {
    const { length } = this.#state
    if (this.#asked.length !== length) this.#asked = { length, times: 0 }
    return this.#asked.times++ < MAX_ASKED
  }

  advance(): void {
    const { length, fork } = this.#state
    if (length <= this.#reach || fork !== this.#peer.remoteFork) return
    const before = this.#reach
    this.#reach = length
    const contiguous = contiguousOf(this.#peer)
    if (contiguous > before) {
      setContiguous(this.#peer, before) // it is told anew, as far as it is proved now
      this.#telling.range(false, 0, Math.min(contiguous, length))
      setContiguous(this.#peer, contiguous)
    }
    for (const region of this.#far) if ((region + 1) * REGION <= length) this.#far.delete(region)
    const parts = this.#waiting.takeBelow(length)
    if (parts.length === 0) return
    try {
      this.#telling.start(this.#setAll(parts))
    } catch (err) {
      safeDestroy(this.#host.mux, err as Error) // whoever made the core grow is not concerned
    }
  }

  /** The remote has all blocks from 0 on. */
  #extend(end: number): unknown {
    const contiguous = contiguousOf(this.#peer)
    if (end <= contiguous) return undefined
    this.#waiting.remove(0, end)
    const proved = Math.min(end, this.#state.length)
    this.#telling.ask()
    let working: unknown
    if (proved > contiguous) {
      this.#host.work.charge(HINT, this.#channel)
      working = this.#telling.contiguous(proved)
    }
    if (end > proved) setContiguous(this.#peer, end)
    return working
  }

  /** @returns false if too much waits: the channel is closing */
  #wait(start: number, end: number): boolean {
    const from = Math.max(start, contiguousOf(this.#peer))
    if (from >= end) return true
    this.#waiting.add(from, end)
    this.#telling.ask()
    return this.#checkWaiting()
  }

  /** @returns false if too much waits: the channel is closing */
  #checkWaiting(): boolean {
    const { size } = this.#waiting
    const { count } = this.#total
    if (size <= MAX_WAITING_CLAIMS && count <= WAITING_CLAIMS_PER_STREAM) return true
    this.#close(`${size} claims of blocks beyond ${this.#reach}, and ${count} of all its cores`)
    return false
  }

  *#setAll(parts: readonly Interval[]): Generator<Cost, void> {
    for (const { start, end } of parts) yield* this.#telling.set(start, end)
  }

  *#drop(start: number, end: number): Generator<Cost, void> {
    this.#waiting.remove(start, end)
    yield* this.#uncover(start, end)
    yield* this.#telling.clear(start, Math.min(end, wholeWords(this.#reach)))
    for (const region of this.#far) {
      const from = Math.max(start, region * REGION, wholeWords(this.#reach))
      yield* this.#telling.clear(from, Math.min(end, (region + 1) * REGION))
    }
  }

  /** The number ends before [start, end); what it covered behind that becomes bits, or waits. */
  *#uncover(start: number, end: number): Generator<Cost, void> {
    const contiguous = contiguousOf(this.#peer)
    if (start >= contiguous) return
    this.#waiting.add(Math.max(end, this.#reach), contiguous)
    const proved = Math.min(contiguous, this.#reach)
    if (start < proved) {
      setContiguous(this.#peer, proved)
      yield* this.#telling.set(end, proved)
    }
    setContiguous(this.#peer, start)
  }

  *#write(
    parts: readonly (Interval & { readonly isWanted: boolean })[],
    first: number,
    words: Uint32Array
  ): Generator<Cost, void> {
    for (const { start, end, isWanted } of parts) {
      const known = isWanted ? end : Math.min(end, wholeWords(this.#reach))
      if (start >= known) continue
      if (isWanted && end > this.#reach) this.#far.add(Math.floor(start / REGION))
      this.#waiting.remove(start, known)
      yield* this.#uncover(start, known)
      yield* this.#telling.write(start, words.subarray((start - first) / 32, (known - first) / 32), isWanted)
    }
  }

  #close(text: string): void {
    const err = new ReplicatorError('BAD_CLAIM', `a remote contradicts itself: ${text}`)
    this.#host.closeChannel(err, this.#channel)
  }
}

/** Hypercore's bitfields come in words: a word may reach beyond the core. */
function wholeWords(block: number): number {
  return Math.ceil(block / 32) * 32
}
