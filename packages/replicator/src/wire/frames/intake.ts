import type { Protomux } from '@manycore/hypercore-types'
import { HANDSHAKE_BYTES, LARGE_FRAME_BYTES } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { awaitedBytes } from '../hypercore-peer.js'
import type { Inbox } from '../inbox.js'
import { PROTOCOL } from '../messages.js'
import { openPeers } from '../protomux.js'
import { type FrameListener, FrameReader } from './reader.js'
import type { Holder, WaitingBytes } from './waiting-bytes.js'

/** What a stream costs below Protomux, where nobody knows yet what is in a frame. */
export class FrameIntake implements FrameListener, Holder {
  readonly #mux: Protomux
  readonly #inbox: Inbox
  readonly #budget: WaitingBytes
  readonly #reader: FrameReader
  /** When the stream last held nothing, and what had come by then. */
  #began = { ms: 0, received: 0 }

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
    return () => {
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
  }

  piled(): void {
    this.#budget.note(this)
  }

  waiting(): number {
    return this.#reader.waiting + this.#inbox.bytes
  }

  awaited(): number {
    let sum = 0
    for (const peer of openPeers(this.#mux, PROTOCOL)) sum += awaitedBytes(peer)
    return sum
  }

  speed(): number {
    const { ms, received } = this.#began
    return (this.#reader.received - received) / Math.max(1, this.#budget.clock.now() - ms)
  }

  close(reason: ReplicatorError): void {
    this.#reader.close(reason)
  }
}
