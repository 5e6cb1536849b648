import { ArgumentError } from '@manycore/ground'
import type { PolicyChange } from '../policy/policy-change.js'
import type { CoreSource } from '../source/core-source.js'
import type { OpenStream, StreamSet } from '../streams/stream-set.js'
import type { LinkView } from '../sync/link-view.js'
import { Mirror } from './mirror.js'
import type { MirrorParts } from './mirror.js'
import { readMirrorOptions } from './options.js'
import type { MirrorOptions } from './options.js'
import type { StoredCopies } from './stored-copies.js'

/** Whether a replicator mirrors, and over which streams. Nothing of a mirror exists until it does. */
export class Mirroring {
  readonly #parts: Omit<MirrorParts, 'stored' | 'streams'> & { readonly source: CoreSource }
  readonly #streams: StreamSet
  #mirror: Mirror | null = null
  /** Whether it mirrors over streams of which nothing else is said. */
  #isOn = false

  constructor(parts: Omit<MirrorParts, 'stored' | 'streams'>, streams: StreamSet) {
    this.#parts = parts
    this.#streams = streams
  }

  /** @throws BAD_ARGUMENT; then nothing has changed */
  start(opts: true | MirrorOptions): void {
    if (this.#mirror !== null && opts !== true) throw new ArgumentError('mirror', 'it mirrors already')
    this.#mirror ??= this.#make(opts)
    this.#isOn = true
    for (const record of this.#streams) this.open(record)
  }

  /** @param mirror  the option of one stream. @throws BAD_ARGUMENT if it asks for a mirror and nothing can be mirrored */
  check(mirror: boolean | MirrorOptions | undefined): void {
    if (!mirror) return
    this.#storedOf(this.#parts.source)
    if (mirror !== true) this.#checkBound(mirror)
  }

  open(record: OpenStream): void {
    if (!(record.mirror ?? this.#isOn)) return
    this.#mirror ??= this.#make(true)
    this.#mirror.open(record)
  }

  policyChanged(change: PolicyChange): void {
    this.#mirror?.policyChanged(change)
  }

  /** A stream that was there has other policies, too. */
  narrowed(record: OpenStream): void {
    this.#mirror?.narrowed(record)
  }

  /** Whether nothing differs between the mirrors at the two ends of a stream. Where there are none, nothing does. */
  isLevel(record: OpenStream): boolean {
    return this.#mirror?.isLevel(record) ?? true
  }

  /** @returns null = we do not mirror over this stream */
  view(record: OpenStream): LinkView | null {
    return this.#mirror?.view(record) ?? null
  }

  leave(record: OpenStream): void {
    this.#mirror?.leave(record)
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await this.#mirror?.close()
  }

  #make(opts: true | MirrorOptions): Mirror {
    const read = readMirrorOptions(opts)
    const stored = this.#storedOf(this.#parts.source)
    this.#checkBound(read)
    return new Mirror({ ...this.#parts, stored, streams: this.#streams }, read)
  }

  #checkBound({ maxOpenCores = Infinity }: MirrorOptions): void {
    if (maxOpenCores === Infinity || this.#parts.source.loaded !== undefined) return
    throw new ArgumentError('mirror.maxOpenCores', 'the source does not say what is `loaded`')
  }

  #storedOf({ stored, watch }: CoreSource): StoredCopies {
    if (stored !== undefined && watch !== undefined) return stored
    throw new ArgumentError('mirror', 'nothing can be mirrored: the source has no `stored`, or no `watch()`')
  }
}
