import type { Cursor, Found } from '../cursor/cursor.js'
import { mergeCursor } from '../cursor/merge.js'
import type { Range } from '../engine.js'
import { segmentFor, type ValueFileInfo } from '../manifest/levels.js'
import { memtableSource, type ReadonlyMemtable } from '../memtable/memtable.js'
import { runSource } from '../segment/run.js'
import type { Segment } from '../segment/segment.js'

/** The segments and value files of one moment. The files stay as long as someone holds the version. */
export class Version {
  /** The open segments, arranged like `Levels`. */
  readonly segments: readonly (readonly Segment[])[]
  readonly valueFiles: readonly ValueFileInfo[]
  readonly #onReleased: () => void
  #holders = 1

  /** Its maker holds it, once. */
  constructor(
    segments: readonly (readonly Segment[])[],
    valueFiles: readonly ValueFileInfo[],
    onReleased: () => void
  ) {
    this.segments = segments
    this.valueFiles = valueFiles
    this.#onReleased = onReleased
  }

  /** Numbers of the files that it needs. */
  fileIds(): number[] {
    return [...this.segments.flat().map(({ info }) => info.id), ...this.valueFiles.map(({ id }) => id)]
  }

  /** The segments that may say something about a key, newest first. */
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

/** The layers of a state, newest first: the version is older than all memtables. */
export interface Layers {
  readonly memtables: readonly ReadonlyMemtable[]
  readonly version: Version
}

/** Goes over the entries of a range, in all layers. */
export function layersCursor({ memtables, version }: Layers, range: Range): Cursor {
  const [level0 = [], ...levels] = version.segments
  const sources = [
    ...memtables.map((memtable) => memtableSource(memtable, range)),
    ...[...level0.map((segment) => [segment]), ...levels].map((segments) => runSource(segments, range))
  ]
  return mergeCursor(sources, range)
}

/** What the newest layer that knows a key says. @returns no promise, if no file has to be read; may be a subarray */
export function lookUp(key: Uint8Array, { memtables, version }: Layers): Found | Promise<Found> {
  for (const memtable of memtables) {
    const found = memtable.get(key)
    if (found !== undefined) return found
  }
  return lookInto(version.segmentsFor(key), 0, key)
}

function lookInto(segments: readonly Segment[], from: number, key: Uint8Array): Found | Promise<Found> {
  for (let i = from; i < segments.length; i++) {
    const found = segments[i]!.get(key)
    if (found instanceof Promise)
      return found.then((read) => (read === undefined ? lookInto(segments, i + 1, key) : read))
    if (found !== undefined) return found
  }
  return undefined
}
