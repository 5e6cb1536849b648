import type { MirrorLink } from '../link.js'
import { Job } from './job.js'
import type { LevellerParts } from './job.js'
import { Turns } from './turns.js'

/**
 * Opens the cores of which peers have more than we, a few at a time, downloads what they have, and lets go of them. Peers
 * that lack something of ours ask for it, as they would without a mirror.
 */
export class Leveller {
  readonly #parts: LevellerParts
  readonly #concurrency: number
  readonly #turns: Turns
  readonly #running = new Map<number, Job>()
  #isClosed = false

  /** @param concurrency  how many cores are brought level at a time */
  constructor(parts: LevellerParts, concurrency: number) {
    this.#parts = parts
    this.#concurrency = concurrency
    this.#turns = new Turns(parts.catalog, concurrency)
  }

  /** A peer has of a core what we lack. @param isAgain  it could not be had before, and nothing has changed since */
  want(slot: number, link: MirrorLink, isAgain: boolean): void {
    const running = this.#running.get(slot)
    if (running !== undefined) return running.add(link)
    this.#turns.add(slot, link, isAgain)
    this.#next()
  }

  /** A core has changed here. */
  moved(slot: number): void {
    this.#running.get(slot)?.moved()
    this.#next()
  }

  /** A core that is open has changed, and is to be read. */
  touched(slot: number): void {
    this.#running.get(slot)?.touched()
  }

  /** What a peer has, or whether it is there, has changed. */
  look(): void {
    for (const job of this.#running.values()) job.look()
    this.#next()
  }

  /** A peer that was given up is tried again. */
  readmit(link: MirrorLink): void {
    this.#turns.readmit(link)
    this.#next()
  }

  leave(link: MirrorLink): void {
    this.#turns.leave(link)
  }

  /** Whether there is a core that a peer is to be asked for, or is asked for. */
  asks(link: MirrorLink): boolean {
    if (this.#turns.isWaiting(link)) return true
    for (const job of this.#running.values()) if (job.asks(link)) return true
    return false
  }

  close(): void {
    this.#isClosed = true
    this.#turns.clear()
    for (const job of this.#running.values()) job.stop()
  }

  #next(): void {
    while (!this.#isClosed && this.#running.size < this.#concurrency) {
      const turn = this.#turns.take()
      if (turn === null) return
      const { slot } = turn
      const job = new Job(turn, this.#turns, this.#parts)
      this.#running.set(slot, job)
      void job.run().then(() => {
        this.#running.delete(slot)
        if (!this.#isClosed)
          for (const link of job.late) if (link.lacks(slot, job.ours)) this.want(slot, link, false)
        this.#parts.catalog.release(slot)
        this.#next()
      })
    }
  }
}
