import type { Clock } from '@manycore/ground'
import type { Protomux } from '@manycore/hypercore-types'
import { AT_WORK, FRAME_BYTES, INBOX_BYTES } from '../defaults.js'
import { ReplicatorError } from '../errors.js'
import { BYTE, type Cost, MESSAGE, SMALL_DEBT } from './costs.js'
import {
  channelAt,
  type DecodeState,
  type MuxCalls,
  openCore,
  pauseReading,
  resumeReading,
  safeDestroy
} from './protomux.js'
import { readUint } from './uint.js'
import { turns } from './turns.js'
import { Work } from './work.js'

/** Work in steps: each `next()` gives the cost of a step, and the next call does it. */
export type Steps = Iterator<Cost, unknown>

/** What waits in front of an inbox, to be decrypted. */
export interface Undecrypted {
  /** A frame waits, and may be decrypted. */
  readonly isWaiting: boolean
  /** Decrypts one, and pays for it. @returns false if none waits */
  step(): boolean
  /** A large one is coming that nobody asked for, and is read slowly. */
  readonly isSlow: boolean
  /** Called each time the inbox has worked, or has something more that waits. */
  settled(): void
}

const NOTHING_WAITS: Undecrypted = { isWaiting: false, step: () => false, isSlow: false, settled: () => {} }

/**
 * What the remote of one stream has sent and is not worked on yet. A frame is worked on message by message, as much per
 * turn of the event loop as `turns` allows. While much waits the stream is paused, so that little more comes.
 */
export class Inbox {
  readonly work: Work
  /** Worked on when nothing waits here, in the same slices. */
  undecrypted: Undecrypted = NOTHING_WAITS
  /** What `turns` has given it, as far as that counts. */
  given: Cost = 0
  /** Handlers that have not ended. */
  atWork = 0
  /** Of the frames that wait, with what it takes to keep them. */
  bytes = 0
  readonly #mux: Protomux
  readonly #onslowed: (reason: ReplicatorError) => void
  /** In their order, behind the one that is being worked on. */
  readonly #frames: { readonly steps: Steps; readonly state: DecodeState; readonly bytes: number }[] = []
  /** Those of single messages, which come before the rest of the frame; the last one is next. */
  readonly #messages: Steps[] = []
  #decode!: MuxCalls['_decode']
  #isPaused = false
  #isRunning = false
  /** What handlers return whose answers are held back; null = nothing is held back. */
  #answers: Promise<unknown>[] | null = null

  constructor(mux: Protomux, clock: Clock, onslowed: (reason: ReplicatorError) => void) {
    this.#mux = mux
    this.#onslowed = onslowed
    const someCore = (): Uint8Array | null => openCore(mux)
    this.work = new Work(clock, () => turns.refillOf(this), someCore)
  }

  /** Nothing waits, not even to be decrypted. */
  get #isIdle(): boolean {
    return this.isEmpty && !this.undecrypted.isWaiting
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0 && this.#messages.length === 0
  }

  /** @param decode  Protomux's, of one message */
  listen(decode: MuxCalls['_decode']): void {
    this.#decode = decode
  }

  /**
   * Called before the guard is taken off the mux. What waits is worked on at once, before anything that comes later. If the
   * stream has closed it is dropped, and an indebted stream is ended, because the work might take long.
   */
  release(): void {
    const { debt } = this.work
    if (this.#mux.stream.destroyed) this.#clear()
    else if (debt <= SMALL_DEBT || this.isEmpty) this.run(Infinity)
    else {
      this.#clear()
      safeDestroy(this.#mux, this.work.tooMuch())
    }
    turns.forget(this)
  }

  /** Something waits to be decrypted. */
  wake(): void {
    if (!this.#isRunning) this.#settle()
  }

  /** Takes what one frame holds. @throws what the remote did wrong, if the frame is one message and is worked on now */
  receive(remoteId: number, state: DecodeState): void {
    const bytes = state.end - state.start + FRAME_BYTES
    const isBatch = remoteId === 0 && isBatchType(state)
    const isNext = this.isEmpty && !this.#isRunning && this.atWork < AT_WORK
    const slice = isNext ? turns.slice(this) : 0
    if (slice > 0 && !isBatch) return this.#atOnce(remoteId, state)
    const kept = { buffer: state.buffer, start: state.start, end: state.end } // its owner may go on reading
    const steps = isBatch ? this.#batch(kept) : this.#single(remoteId, kept)
    this.#frames.push({ steps, state: kept, bytes })
    this.bytes += bytes
    if (slice > 0) this.run(slice)
    else if (!this.#isRunning) this.#settle()
  }

  /**
   * Called by a handler whose message costs more than a step may. The steps are done before any later message of the
   * stream, as many per turn as its slice allows. What they throw ends the stream.
   */
  inSteps(steps: Steps): void {
    this.#messages.push(steps)
    if (!this.#isRunning) turns.wait(this)
  }

  /** Called by `turns`. @param slice  what may be spent */
  run(slice: Cost): void {
    const before = this.work.spent
    const most = before + slice
    const mostAtWork = slice === Infinity ? Infinity : AT_WORK
    this.#isRunning = true
    try {
      while (this.work.spent < most && this.atWork < mostAtWork && this.#step());
    } catch (err) {
      this.#clear()
      safeDestroy(this.#mux, err as Error)
    } finally {
      this.#isRunning = false
      this.#uncork()
      turns.took(this.work.spent - before, this)
      this.#settle()
    }
  }

  /** A handler has ended. @param messages  it counted for so many */
  done(messages = 1): void {
    const wasMuch = this.atWork > AT_WORK / 2
    this.atWork -= messages
    if (wasMuch && this.atWork <= AT_WORK / 2 && !this.#isIdle) turns.wait(this)
  }

  /** Has the answers to the messages of a packet leave in one packet as well, as Protomux does. */
  #cork(): void {
    if (this.#answers !== null) return
    this.#answers = []
    this.#mux.cork()
  }

  #uncork(): void {
    const answers = this.#answers
    this.#answers = null
    if (answers === null) return
    if (answers.length === 0) return this.#mux.uncork()
    void Promise.all(answers).then(
      () => this.#mux.uncork(),
      (err: Error) => safeDestroy(this.#mux, err)
    )
  }

  /** @returns false if there is nothing left */
  #step(): boolean {
    const steps = this.#messages.at(-1) ?? this.#frames[0]?.steps
    if (steps === undefined) return this.undecrypted.step()
    const { done, value } = steps.next()
    if (done !== true) this.work.spend(value)
    else if (!remove(this.#messages, steps)) this.bytes -= this.#frames.shift()!.bytes
    return true
  }

  #atOnce(remoteId: number, state: DecodeState): void {
    const before = this.work.spent
    this.work.spend((state.end - state.start) * BYTE)
    this.#deliver(remoteId, state)
    turns.took(this.work.spent - before, this)
  }

  *#single(remoteId: number, state: DecodeState): Generator<Cost, void> {
    yield (state.end - state.start) * BYTE
    this.#deliver(remoteId, state)
  }

  /** Several messages in one frame: channel, then of each its length and itself; a length of 0 precedes another channel. */
  *#batch(state: DecodeState): Generator<Cost, void> {
    readUint(state) // the type
    const { end } = state
    let remoteId = readUint(state)
    let isFirst = true
    while (state.start < end) {
      const length = readUint(state)
      yield Math.min(length, end - state.start) * BYTE
      if (length === 0) {
        remoteId = readUint(state)
        this.work.charge(MESSAGE, null)
        continue
      }
      const next = Math.min(state.start + length, end)
      if (remoteId === 0 && isBatchType(state)) {
        // Protomux never sends it and takes it to any depth: 16 MB of them overflow the stack.
        throw new ReplicatorError('BAD_FRAME', 'a batch of messages in a batch')
      }
      if (next < end || !isFirst) this.#cork()
      isFirst = false
      state.end = next
      this.#deliver(remoteId, state)
      state.start = next
      state.end = end
    }
  }

  #deliver(remoteId: number, state: DecodeState): void {
    const { work } = this
    const { spent } = work
    work.bytes = state.end - state.start
    const answering = this.#decodeOf(remoteId, state)
    if (work.spent === spent) work.chargeMessage(MESSAGE, null) // nobody has minded it
    work.bytes = 0
    if (answering !== null) this.#answers?.push(answering)
  }

  /** @throws what the remote did wrong, with the core whose channel it is */
  #decodeOf(remoteId: number, state: DecodeState): Promise<unknown> | null {
    const id = channelAt(this.#mux, remoteId)?.id
    try {
      return this.#decode(remoteId, state)
    } catch (err) {
      if (remoteId === 0) throw asBadFrame(err as Error)
      if (err instanceof ReplicatorError && id?.byteLength === 32) Object.assign(err, { discoveryKey: id })
      throw err
    }
  }

  /** Pauses the stream while much waits here. */
  #settle(): void {
    this.watchSlowness()
    const isIdle = this.#isIdle
    if (isIdle || this.atWork >= AT_WORK) turns.leave(this)
    else turns.wait(this)
    if (this.bytes > INBOX_BYTES) {
      this.#isPaused = true
      pauseReading(this.#mux)
    } else if (this.#isPaused) {
      this.#isPaused = false
      resumeReading(this.#mux)
    }
    this.undecrypted.settled()
  }

  /** Has it told if the stream's messages wait for long, because of what they cost. */
  watchSlowness(): void {
    const waits = this.undecrypted.isSlow || (!this.#isIdle && turns.isIndebted(this))
    const slowed = this.work.watch(waits)
    if (slowed !== null) this.#onslowed(slowed)
  }

  #clear(): void {
    this.#messages.length = 0
    for (const { state } of this.#frames) state.buffer = NOTHING // the stack of an error keeps the generator
    this.#frames.length = 0
    this.bytes = 0
  }
}

const NOTHING = new Uint8Array(0)

/** Protomux throws a plain Error for what cannot be said to it: 'Invalid open message', 'Invalid reject message'. */
function asBadFrame(err: Error): Error {
  return err.constructor === Error ? new ReplicatorError('BAD_FRAME', err.message, { cause: err }) : err
}

/** Several messages in one? A number may be written longer than need be. */
function isBatchType({ buffer, start, end }: DecodeState): boolean {
  return start < end && (buffer[start]! < 0xfd ? buffer[start] === 0 : readUint({ buffer, start, end }) === 0)
}

function remove<T>(list: T[], item: T): boolean {
  const place = list.lastIndexOf(item)
  if (place === -1) return false
  list.splice(place, 1)
  return true
}
