import { PROGRESS_MS } from '../defaults.mjs'

/** Counts what one role does in one run, and reports it while it goes on. */
export class Tally {
  #report
  #start = performance.now()
  #last = 0
  #keys = new Set()
  #counts = { blocks: 0, bytes: 0, alreadyThere: 0, files: 0, fileBytes: 0, totalFiles: 0, totalBytes: 0 }

  /** @param report  function (counts), called at most every PROGRESS_MS */
  constructor(report) {
    this.#report = report
  }

  /** What there is to do, for the progress bar. */
  expect(files) {
    this.#counts.totalFiles = files.length
    this.#counts.totalBytes = files.reduce((sum, { size }) => sum + size, 0)
  }

  /** Blocks that this run appended or downloaded. */
  moved(blocks, bytes) {
    this.#counts.blocks += blocks
    this.#counts.bytes += bytes
  }

  /** Blocks of an earlier run. */
  found(blocks) {
    this.#counts.alreadyThere += blocks
  }

  /** Bytes of files that are done with, wherever they came from. */
  passed(bytes) {
    this.#counts.fileBytes += bytes
    this.#tick()
  }

  /** A core is complete; the index core has no file. */
  finished(key, { isFile = true } = {}) {
    this.#keys.add(key)
    if (isFile) this.#counts.files++
    this.#tick()
  }

  /** All counts: cores, blocks, bytes, alreadyThere (blocks), files, seconds since the Tally was made. */
  end() {
    this.#report(this.#counts)
    const { blocks, bytes, alreadyThere, files } = this.#counts
    const seconds = (performance.now() - this.#start) / 1000
    return { cores: this.#keys.size, blocks, bytes, alreadyThere, files, seconds }
  }

  #tick() {
    if (this.#counts.totalFiles === 0) return
    const now = performance.now()
    if (now - this.#last < PROGRESS_MS) return
    this.#last = now
    this.#report(this.#counts)
  }
}
