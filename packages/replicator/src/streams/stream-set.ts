import type { InnerCore, NoiseStream, Protomux, ReplicationStream } from '@manycore/hypercore-types'
import type { ReplicatorError } from '../errors.js'
import type { MirrorOptions } from '../mirror/options.js'
import type { ReplicateOptions } from '../options.js'
import type { Direction } from '../wire/direction.js'

/** One open stream, as others see it. */
export interface StreamRecord {
  /** The stream. */
  readonly stream: ReplicationStream
  /** Whether the caller brought the stream, so that `close()` leaves it open. */
  readonly isExternal: boolean
}

/**
 * One open stream, as the replicator sees it. The `Gate` lets through the cores that the policies of the stream allow.
 */
export interface OpenStream<Gate = unknown> extends StreamRecord {
  readonly noise: NoiseStream
  readonly mux: Protomux
  /** The mux, and the lanes of mirrors beside it: wherever cores may be attached. */
  readonly muxes: Set<Protomux>
  /** False: no core is offered unasked here. */
  readonly active: boolean
  /** Whether to mirror here; null = as the replicator does. */
  readonly mirror: boolean | MirrorOptions | null
  /** The cores that we attached. Those that others attached are not ours to detach. */
  readonly attached: WeakSet<InnerCore>
  /** The directions of the cores that are attached in one direction only, by hex discovery key. */
  readonly directions: Map<string, Direction>
  /** Null: no policy is in force here. */
  gate: Gate | null
  /** Why we close it, or why its handshake failed; null = neither. */
  reason: ReplicatorError | null
  /** Removes what the replicator has put on the stream. */
  release: () => void
  /** Its place in `records`; −1 once it is removed. */
  index: number
}

/** The open streams of a replicator. Adding, finding and removing are O(1). */
export class StreamSet<Gate = unknown> {
  /** In no order: the last record takes the place of a removed one. */
  readonly records: readonly StreamRecord[]
  readonly #open: OpenStream<Gate>[] = []
  readonly #byNoise = new WeakMap<NoiseStream, OpenStream<Gate>>()

  constructor() {
    this.records = this.#open
  }

  /** Goes backwards, so that the visited record may be removed on the way. */
  *[Symbol.iterator](): IterableIterator<OpenStream<Gate>> {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const record = this.#open[i]
      if (record !== undefined) yield record
    }
  }

  find(noise: NoiseStream): OpenStream<Gate> | null {
    return this.#byNoise.get(noise) ?? null
  }

  add(
    stream: ReplicationStream,
    mux: Protomux,
    isExternal: boolean,
    { active, mirror }: Pick<ReplicateOptions, 'active' | 'mirror'>
  ): OpenStream<Gate> {
    const noise = stream.noiseStream
    const index = this.#open.length
    const record: OpenStream<Gate> = {
      stream,
      isExternal,
      noise,
      mux,
      muxes: new Set([mux]),
      active: active !== false,
      mirror: mirror ?? null,
      attached: new WeakSet<InnerCore>(),
      directions: new Map(),
      gate: null,
      reason: null,
      release: noop,
      index
    }
    this.#open.push(record)
    this.#byNoise.set(noise, record)
    return record
  }

  remove(record: OpenStream<Gate>): void {
    if (record.index === -1) return
    const last = this.#open.pop()
    if (last !== undefined && last !== record) this.#open[(last.index = record.index)] = last
    this.#byNoise.delete(record.noise)
    record.index = -1
  }
}

function noop(): void {}
