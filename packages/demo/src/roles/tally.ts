import { PROGRESS_MS } from '../defaults.js'
import { bytesOf } from '../layout.js'
import type { Counts, Totals } from '../process/messages.js'

/** Counts what one role does in one run, and reports it while it goes on. */
export class Tally {
  readonly #report: (counts: Counts) => void
  readonly #start = performance.now()
  #last = 0
  readonly #keys = new Set<string>()
  readonly #counts: Counts = {
    blocks: 0,
    bytes: 0,
    alreadyThere: 0,
    files: 0,
    fileBytes: 0,
    totalFiles: 0,
    totalBytes: 0
  }

  /** @param report  called at most every PROGRESS_MS */
  constructor(report: (counts: Counts) => void) {
    this.#report = report
  }

  /** What there is to do, for the progress bar. */
  expect(files: readonly { size: number }[]): void {
    this.#counts.totalFiles = files.length
    this.#counts.totalBytes = bytesOf(files)
  }

  /** Blocks that this run appended or downloaded. */
  moved(blocks: number, bytes: number): void {
    this.#counts.blocks += blocks
    this.#counts.bytes += bytes
  }

  /** Blocks of an earlier run. */
  found(blocks: number): void {
    this.#counts.alreadyThere += blocks
  }

  /** Bytes of files that are done with, wherever they came from. */
  passed(bytes: number): void {
    this.#counts.fileBytes += bytes
    this.#tick()
  }

  /** A core is complete; the index core has no file. */
  finished(key: string, { isFile = true }: { isFile?: boolean } = {}): void {
    this.#keys.add(key)
    if (isFile) this.#counts.files++
    this.#tick()
  }

  /** What was done in all; the seconds are since the Tally was made. */
  end(): Totals {
    this.#report(this.#counts)
    const { blocks, bytes, alreadyThere, files } = this.#counts
    const seconds = (performance.now() - this.#start) / 1000
    return { cores: this.#keys.size, blocks, bytes, alreadyThere, files, seconds }
  }

  #tick(): void {
    if (this.#counts.totalFiles === 0) return
    const now = performance.now()
    if (now - this.#last < PROGRESS_MS) return
    this.#last = now
    this.#report(this.#counts)
  }
}
