import type { InnerCore, NoiseStream, Protomux, ReplicationStream } from '@manycore/hypercore-types'
import type { PolicyGate } from '../attach/policy-gate.js'

/** One open stream, as others see it. */
export interface StreamRecord {
  readonly stream: ReplicationStream
  /** true = the caller brought the stream, so that close() leaves it open */
  readonly isExternal: boolean
}

/** One open stream, as the replicator sees it. */
export interface OpenStream extends StreamRecord {
  readonly noise: NoiseStream
  readonly mux: Protomux
  /** false = no core is offered unasked here */
  readonly active: boolean
  /** cores that we attached; those that the caller attached are not ours to detach */
  readonly attached: WeakSet<InnerCore>
  /** null = no policy is in force here */
  gate: PolicyGate | null
  /** removes what the replicator hung on the stream */
  release: () => void
  /** place in `records`; -1 once removed */
  index: number
}

/** The open streams of a replicator. Adding, finding and removing are O(1). */
export class StreamSet {
  /** In no order: the last record takes the place of a removed one. */
  readonly records: readonly StreamRecord[]
  readonly #open: OpenStream[] = []
  readonly #byNoise = new WeakMap<NoiseStream, OpenStream>()

  constructor() {
    this.records = this.#open
  }

  /** Goes backwards, so that the visited record may be removed on the way. */
  *[Symbol.iterator](): IterableIterator<OpenStream> {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const record = this.#open[i]
      if (record !== undefined) yield record
    }
  }

  find(noise: NoiseStream): OpenStream | null {
    return this.#byNoise.get(noise) ?? null
  }

  add(stream: ReplicationStream, mux: Protomux, isExternal: boolean, active: boolean): OpenStream {
    const noise = stream.noiseStream
    const index = this.#open.length
    const record: OpenStream = {
      stream,
      isExternal,
      noise,
      mux,
      active,
      attached: new WeakSet<InnerCore>(),
      gate: null,
      release: noop,
      index
    }
    this.#open.push(record)
    this.#byNoise.set(noise, record)
    return record
  }

  remove(record: OpenStream): void {
    if (record.index === -1) return
    const last = this.#open.pop()
    if (last !== undefined && last !== record) this.#open[(last.index = record.index)] = last
    this.#byNoise.delete(record.noise)
    record.index = -1
  }
}

function noop(): void {}
