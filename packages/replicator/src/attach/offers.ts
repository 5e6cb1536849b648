import type { InnerCore } from '@manycore/hypercore-types'
import type { CoreSource } from '../source/core-source.js'
import type { OpenStream, StreamSet } from '../streams/stream-set.js'

interface Offering {
  isActive(record: OpenStream): boolean
  attach(core: InnerCore, record: OpenStream): unknown
  failed(err: Error, core: InnerCore): void
}

/** What we offer by ourselves: the cores that want data, as long as we are active, and what attach() names. */
export class Offers {
  readonly #source: CoreSource
  readonly #streams: StreamSet
  readonly #offering: Offering

  constructor(source: CoreSource, streams: StreamSet, offering: Offering) {
    this.#source = source
    this.#streams = streams
    this.#offering = offering
    source.on('downloading', this.#onDownloading)
  }

  /** All cores that want data. */
  all(record: OpenStream): void {
    if (!this.#offering.isActive(record)) return
    record.mux.cork() // one packet for all channels that open now
    try {
      const wanted = [...this.#source].filter((core) => core.replicator.downloading)
      this.#offer(wanted, record)
    } finally {
      void record.noise.opened.then(() => record.mux.uncork())
    }
  }

  /** A core, active or not: now, or once it is open. */
  add(core: InnerCore, records: Iterable<OpenStream>): void {
    if (core.opened) for (const record of records) this.#add(core, record)
    else void this.#addOnceOpen(core, records)
  }

  close(): void {
    this.#source.off('downloading', this.#onDownloading)
  }

  readonly #onDownloading = (core: InnerCore): void => {
    for (const record of this.#streams) if (this.#offering.isActive(record)) this.#offer([core], record)
  }

  #offer(cores: readonly InnerCore[], record: OpenStream): void {
    if (record.gate !== null) void record.gate.offer(cores)
    else for (const core of cores) this.#offering.attach(core, record)
  }

  async #addOnceOpen(core: InnerCore, records: Iterable<OpenStream>): Promise<void> {
    try {
      await core.ready()
    } catch (err) {
      return this.#offering.failed(err as Error, core)
    }
    for (const record of records) this.#add(core, record)
  }

  #add(core: InnerCore, record: OpenStream): void {
    if (record.gate === null) this.#offering.attach(core, record)
    else void record.gate.attach(core)
  }
}
