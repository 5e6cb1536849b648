import { MAX_TIMER_MS } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import { frameBytes } from '../wire/secret-stream.js'
import type { OpenStream, StreamSet } from './stream-set.js'

/**
 * What a peer has not done for a long time: 'handshake': finished the handshake; 'silent': sent a whole frame (every
 * Hypercore sends a keep-alive every 5 s); 'unread': taken any of the data that waits for it.
 */
export type Stall = 'handshake' | 'silent' | 'unread'

interface Progress {
  read: number
  written: number
  /** how many looks ago something came */
  silent: number
  /** how many looks ago the peer took something */
  unread: number
  told: Stall | null
}

/**
 * How often a stream is looked at until it is stalled. Looks are counted, not hours: a machine that slept has not
 * looked.
 */
const LOOKS = 4

/**
 * Finds peers that keep a stream open and do nothing: with one timer for all streams, and none while no stream is open.
 */
export class StalledStreams {
  readonly #streams: StreamSet
  readonly #ms: number
  readonly #clock: Clock
  readonly #onstall: (record: OpenStream, stall: Stall) => void
  readonly #progress = new WeakMap<OpenStream, Progress>()
  #timer: unknown = null

  /**
   * @param ms       how long until a stream is stalled; Infinity means never
   * @param onstall  called once for each stall
   */
  constructor(
    streams: StreamSet,
    ms: number,
    clock: Clock,
    onstall: (record: OpenStream, stall: Stall) => void
  ) {
    this.#streams = streams
    this.#ms = ms
    this.#clock = clock
    this.#onstall = onstall
  }

  watch(record: OpenStream): void {
    this.#progress.set(record, { read: 0, written: 0, silent: 0, unread: 0, told: null })
    if (this.#timer === null && this.#ms !== Infinity) this.#wait()
  }

  /** A stream has closed. */
  unwatch(): void {
    if (this.#streams.records.length === 0) this.close()
  }

  /** Stops the timer. */
  close(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer)
    this.#timer = null
  }

  #wait(): void {
    this.#timer = this.#clock.setTimeout(() => this.#look(), Math.min(this.#ms / LOOKS, MAX_TIMER_MS))
  }

  #look(): void {
    this.#timer = null
    for (const record of this.#streams) {
      const progress = this.#progress.get(record)!
      const stall = stallOf(record, progress)
      if (stall !== null && stall !== progress.told) this.#onstall(record, stall)
      progress.told = stall
    }
    if (this.#timer === null && this.#streams.records.length > 0) this.#wait() // onstall() may have closed all streams, or opened one
  }
}

function stallOf({ noise, mux }: OpenStream, progress: Progress): Stall | null {
  const { read, written } = frameBytes(noise)
  progress.silent = read === progress.read ? progress.silent + 1 : 0
  progress.unread = written === progress.written && !mux.drained ? progress.unread + 1 : 0
  progress.read = read
  progress.written = written
  if (progress.silent >= LOOKS) return noise.connected ? 'silent' : 'handshake'
  return progress.unread >= LOOKS ? 'unread' : null
}
