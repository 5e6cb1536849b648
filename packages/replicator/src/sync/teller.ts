import type { Clock } from '@manycore/ground'
import type { Reports } from '../stats/reports.js'
import { LOOK_AGAIN_MS, SYNC_MS, SYNC_REST } from './defaults.js'
import type { SyncView } from './sync-view.js'
import type { Viewer } from './viewer.js'

/** Tells of progress, as long as somebody listens: not more often than is of use, and the last time once all are level. */
export class Teller {
  readonly #viewer: Viewer
  readonly #reports: Reports
  readonly #clock: Clock
  #timer: unknown = null
  /** Whether the timer runs because something has moved. */
  #isDue = false
  /** Before that, nothing is told. */
  #next = -Infinity
  /** What was told last, in short. */
  #told = ''

  constructor(viewer: Viewer, reports: Reports, clock: Clock) {
    this.#viewer = viewer
    this.#reports = reports
    this.#clock = clock
  }

  moved(): void {
    if (this.#isDue || !this.#reports.isHeard('sync')) return
    this.#isDue = true
    this.#wait(this.#next)
  }

  close(): void {
    this.#clock.clearTimeout(this.#timer)
  }

  #wait(until: number): void {
    this.#clock.clearTimeout(this.#timer)
    this.#timer = this.#clock.setTimeout(() => this.#tell(), Math.max(0, until - this.#clock.now()))
  }

  #tell(): void {
    this.#isDue = false
    if (!this.#reports.isHeard('sync')) return
    const before = this.#clock.now()
    const view = this.#viewer.view()
    const after = this.#clock.now()
    this.#next = after + Math.max(SYNC_MS, SYNC_REST * (after - before))
    if (!view.isLevel) this.#wait(Math.max(this.#next, after + LOOK_AGAIN_MS))
    const told = inShort(view)
    if (told === this.#told) return
    this.#told = told
    this.#reports.tell('sync', view)
  }
}

/** What makes it worth to be told again. */
function inShort({ streams }: SyncView): string {
  return JSON.stringify(
    streams.map(({ remotePublicKey, isOpening, isLevel, isMirroring, lastError, cores, blocks, entries }) => {
      const errors = entries.filter(({ lastError }) => lastError !== null).length
      const names = entries.filter(({ name }) => name !== null).length
      return [
        remotePublicKey,
        isOpening,
        isLevel,
        isMirroring,
        lastError?.message,
        cores,
        blocks,
        errors,
        names
      ]
    })
  )
}
