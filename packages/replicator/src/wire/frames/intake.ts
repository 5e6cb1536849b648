import { onLaterTurn } from '@manycore/ground'
import type { Protomux } from '@manycore/hypercore-types'
import {
  GONE_MS,
  HANDSHAKE_BYTES,
  LARGE_FRAME_BYTES,
  LAST_FRAMES_MS,
  SMALL_FRAME_BYTES
} from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { type Cost, DECRYPTED_BYTE, FRAME, LARGE_DEBT, UNORDERED } from '../costs.js'
import { awaitedBytes, takesPushes } from '../hypercore-peer.js'
import type { Inbox, Undecrypted } from '../inbox.js'
import { openCore, openPeers } from '../protomux.js'
import { turns } from '../turns.js'
import type { FrameListener } from './frame-listener.js'
import { pace, type Paced } from './pace.js'
import { FrameReader } from './reader.js'
import type { Holder, WaitingBytes } from './waiting-bytes.js'

/**
 * What a stream costs below Protomux, where nobody knows yet what is in a frame. Small ones are charged for, and wait with
 * large ones until it is their stream's turn; what is between them is worth its decryption, and passes.
 */
export class FrameIntake implements FrameListener, Holder, Paced, Undecrypted {
  readonly #mux: Protomux
  readonly #inbox: Inbox
  readonly #budget: WaitingBytes
  readonly #reader: FrameReader
  /** When the stream last held nothing, and what had come by then. */
  #began = { ms: 0, received: 0 }
  /** Ends the stream, whatever is still worked on, after the remote has ended it; null = it has not. */
  #timer: unknown = null
  /** Until an indebted stream's remote is asked whether it is there; null = it is not to be asked. */
  #asking: unknown = null
  given = 0
  askedMs: number = -Infinity

  constructor(mux: Protomux, inbox: Inbox, budget: WaitingBytes) {
    this.#mux = mux
    this.#inbox = inbox
    this.#budget = budget
    this.#reader = new FrameReader(mux.stream, this)
  }

  /** @returns a function that gives the stream back as it was */
  install(): () => void {
    if (!this.#reader.install()) return () => {}
    this.#budget.add(this)
    this.#inbox.undecrypted = this
    return () => {
      this.#budget.clock.clearTimeout(this.#timer)
      this.#budget.clock.clearTimeout(this.#asking)
      pace.leave(this)
      this.#reader.release()
      this.#budget.forget(this)
    }
  }

  begun(bytes: number, isSetup: boolean): void {
    if (isSetup && bytes > HANDSHAKE_BYTES) {
      const message = `a message of the handshake has ${bytes} bytes; the most is ${HANDSHAKE_BYTES}`
      throw new ReplicatorError('HANDSHAKE_FAILED', message)
    }
    if (bytes < LARGE_FRAME_BYTES) return
    if (this.waiting() === bytes)
      this.#began = { ms: this.#budget.clock.now(), received: this.#reader.received }
    this.#budget.note(this)
    if (!isSetup && (this.#inbox.work.owes(LARGE_DEBT) || !this.#awaits())) {
      this.#reader.slowDown()
    }
  }

  mayRead(bytes: number): boolean {
    if (bytes >= SMALL_FRAME_BYTES && bytes < LARGE_FRAME_BYTES) return true
    if (turns.slice(this.#inbox) <= 0) return false
    turns.took(this.#pay(bytes), this.#inbox)
    return true
  }

  pieceRead(bytes: number): boolean {
    this.#inbox.watchSlowness()
    return pace.ask(this, bytes)
  }

  goOn(): void {
    this.#reader.readPiece()
  }

  waits(): void {
    this.#inbox.wake()
  }

  get isWaiting(): boolean {
    return this.#reader.next !== null
  }

  get isSlow(): boolean {
    return this.#reader.isSlow
  }

  step(): boolean {
    const bytes = this.#reader.next
    if (bytes === null) return false
    this.#pay(bytes)
    this.#reader.readNext()
    return true
  }

  message(): void {
    this.#inbox.work.charge(UNORDERED, null)
  }

  isBusy(): boolean {
    return !this.#inbox.isEmpty
  }

  ending(): void {
    this.#timer ??= this.#budget.clock.setTimeout(() => this.#reader.end(), LAST_FRAMES_MS)
    this.settled()
  }

  /**
   * Lets the stream end if it should: once nothing waits, or if what waits is an indebted stream's. What is still in it
   * comes before the next turn, and may have to wait.
   */
  settled(): void {
    if (this.#inbox.work.owesWhatWaits)
      this.#asking ??= this.#budget.clock.setTimeout(() => this.#ask(), GONE_MS)
    if (this.#timer === null) return
    onLaterTurn(() => {
      const isIndebted = this.#inbox.work.owesWhatWaits
      if (this.#timer === null || (!isIndebted && (this.isBusy() || this.#reader.isHolding))) return
      this.#budget.clock.clearTimeout(this.#timer)
      this.#timer = null
      if (isIndebted) this.#reader.cut()
      else this.#reader.end()
    })
  }

  piled(): void {
    this.#budget.note(this)
  }

  waiting(): number {
    return this.#reader.waiting + this.#inbox.bytes
  }

  awaited(): number {
    let sum = 0
    for (const peer of openPeers(this.#mux)) sum += awaitedBytes(peer)
    return sum
  }

  speed(): number {
    const { ms, received } = this.#began
    return (this.#reader.received - received) / Math.max(1, this.#budget.clock.now() - ms)
  }

  close(reason: ReplicatorError): void {
    this.#reader.close(Object.assign(reason, { discoveryKey: openCore(this.#mux) }))
  }

  /** May it send large blocks, because we have asked it for some, or take pushes? A block may have any size, whatever the average. */
  #awaits(): boolean {
    for (const peer of openPeers(this.#mux)) if (peer.inflight > 0 || takesPushes(peer)) return true
    return false
  }

  /** A transport that is not read does not tell that the remote has gone, until something is written to it. */
  #ask(): void {
    this.#asking = null
    if (!this.#inbox.work.owesWhatWaits) return
    this.#reader.keepAlive()
    this.settled()
  }

  /** Before a frame is decrypted. */
  #pay(bytes: number): Cost {
    const { work } = this.#inbox
    if (bytes < SMALL_FRAME_BYTES) {
      work.charge(FRAME, null)
      return FRAME
    }
    const cost = FRAME + bytes * DECRYPTED_BYTE
    work.spend(cost)
    return cost
  }
}
