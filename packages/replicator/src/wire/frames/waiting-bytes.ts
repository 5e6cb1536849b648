import type { Clock } from '@manycore/ground'
import { WAITING_BYTES_PER_STREAM } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'

/** A stream, as far as bytes wait in it. */
export interface Holder {
  /** Bytes of frames that are not whole, or wait to be worked on. O(1). */
  waiting(): number
  /** Bytes that we have asked the remote for and that have not come. O(cores). */
  awaited(): number
  /** Bytes per ms that have come since it last held nothing. */
  speed(): number
  /** Closes the stream. */
  close(reason: ReplicatorError): void
}

/** Bytes by which the sum has to grow at least until everything is counted anew. */
const RECOUNT: number = 1 << 20

/**
 * The bytes that wait in all streams of a replicator, in frames that have not come whole or have not been worked on. A
 * remote that announces a frame of 16 MB takes that much before it has sent anything. Beyond the limit, those streams are
 * closed that have made the least progress for what they hold: first among those of which we have asked nothing, then among
 * the others.
 */
export class WaitingBytes {
  readonly clock: Clock
  readonly #limit: number
  /** What each held when it was last looked at. */
  readonly #held = new Map<Holder, number>()
  #sum = 0
  /** The sum from which all are counted anew. */
  #recountAt: number

  constructor(limit: number, clock: Clock) {
    this.clock = clock
    this.#limit = limit
    this.#recountAt = limit
  }

  /** From now on `note()` looks at it. */
  add(holder: Holder): void {
    this.#held.set(holder, 0)
  }

  /** Called when a stream may hold more than before. */
  note(holder: Holder): void {
    if (!this.#held.has(holder)) return // it is being closed
    this.#set(holder, holder.waiting())
    if (this.#held.get(holder)! > WAITING_BYTES_PER_STREAM) this.#checkOne(holder)
    if (this.#sum <= this.#limit) this.#recountAt = this.#limit
    else if (this.#sum > this.#recountAt) this.#checkAll()
  }

  /** A stream is no longer looked after. */
  forget(holder: Holder): void {
    this.#set(holder, 0)
    this.#held.delete(holder)
  }

  #set(holder: Holder, bytes: number): void {
    this.#sum += bytes - (this.#held.get(holder) ?? 0)
    this.#held.set(holder, bytes)
  }

  #checkOne(holder: Holder): void {
    const unasked = this.#held.get(holder)! - holder.awaited()
    if (unasked > WAITING_BYTES_PER_STREAM) this.#close(holder, unasked, WAITING_BYTES_PER_STREAM)
  }

  #checkAll(): void {
    for (const holder of this.#held.keys()) this.#set(holder, holder.waiting())
    const shares = Array.from(this.#held, ([holder, bytes]) => {
      const awaited = bytes === 0 ? 0 : holder.awaited()
      return {
        holder,
        bytes: Math.max(0, bytes - awaited),
        awaited,
        progress: bytes && holder.speed() / bytes
      }
    }).filter(({ bytes }) => bytes > 0)
    shares.sort((a, b) => Number(a.awaited > 0) - Number(b.awaited > 0) || a.progress - b.progress)
    let sum = shares.reduce((total, { bytes }) => total + bytes, 0)
    for (const { holder, bytes } of shares) {
      if (sum <= this.#limit) break
      sum -= bytes
      this.#close(holder, bytes, this.#limit)
    }
    this.#recountAt = this.#sum + Math.max(RECOUNT, this.#limit - sum)
  }

  #close(holder: Holder, bytes: number, most: number): void {
    this.forget(holder)
    const text = `a remote has ${bytes} bytes wait in frames that are not whole or not worked on; the most is ${most}`
    holder.close(new ReplicatorError('TOO_MANY_BYTES', text))
  }
}
