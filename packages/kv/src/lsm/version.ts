import { segmentFor, type ValueFileInfo } from '../manifest/levels.js'
import type { Segment } from '../segment/segment.js'

/** The segments of one moment. Their files stay as long as someone holds it. */
export class Version {
  /** as in `Levels`, and open */
  readonly segments: readonly (readonly Segment[])[]
  readonly valueFiles: readonly ValueFileInfo[]
  readonly #onReleased: () => void
  #holders = 1

  /** Held once, by its maker. */
  constructor(
    segments: readonly (readonly Segment[])[],
    valueFiles: readonly ValueFileInfo[],
    onReleased: () => void
  ) {
    this.segments = segments
    this.valueFiles = valueFiles
    this.#onReleased = onReleased
  }

  /** numbers of the files it needs */
  fileIds(): number[] {
    return [...this.segments.flat().map(({ info }) => info.id), ...this.valueFiles.map(({ id }) => id)]
  }

  /** Those that may say something of a key, newest first. */
  segmentsFor(key: Uint8Array): Segment[] {
    const found = this.segments[0]?.slice() ?? []
    for (let level = 1; level < this.segments.length; level++) {
      const segment = segmentFor(this.segments[level]!, key)
      if (segment !== undefined) found.push(segment)
    }
    return found
  }

  hold(): this {
    this.#holders++
    return this
  }

  release(): void {
    if (--this.#holders === 0) this.#onReleased()
  }
}
