import type { Clock } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import type { Attachments } from '../attach/attachments.js'
import type { LookUps } from '../attach/look-ups.js'
import type { PolicyGate } from '../attach/policy-gate.js'
import type { Mirroring } from '../mirror/mirroring.js'
import type { CoreSource } from '../source/core-source.js'
import type { OpenStream, StreamSet } from '../streams/stream-set.js'
import { BOTH_WAYS } from '../wire/direction.js'
import { muxesOf } from '../wire/sync/muxes.js'
import { type Standing, bothOf, standingOf } from '../wire/sync/standing.js'
import { UNTOLD_MS } from './defaults.js'

/** What it takes to know whether a stream is level. */
export interface LevelParts {
  readonly source: CoreSource
  readonly streams: StreamSet<PolicyGate>
  readonly attachments: Attachments<PolicyGate>
  readonly lookUps: LookUps
  readonly mirroring: Mirroring
  readonly clock: Clock
}

/** The one place that knows whether a stream is level: whether nothing is known to differ between its two ends. */
export class Levels {
  readonly #parts: LevelParts
  /** Since when peers have not told which blocks they have, in ms. */
  readonly #untold = new WeakMap<OpenStream, WeakMap<InnerCore, number>>()

  constructor(parts: LevelParts) {
    this.#parts = parts
  }

  /** The cores that are open here, each with a stream that we have attached it to. */
  *pairs(): Iterable<[InnerCore, OpenStream<PolicyGate>]> {
    const { source, streams } = this.#parts
    for (const core of source) {
      if (!isOpen(core)) continue
      const streamsOf = new Set(Array.from(muxesOf(core), ({ stream }) => stream))
      for (const stream of streamsOf) {
        const record = streams.find(stream)
        if (record !== null && record.attached.has(core)) yield [core, record]
      }
    }
  }

  /** Where a core stands that is open here, attached or not. */
  standing(core: InnerCore, record: OpenStream): Standing {
    const way = this.#parts.attachments.direction(core.discoveryKey, record) ?? BOTH_WAYS
    const [first = record.mux, ...others] = [...record.muxes].filter((mux) => core.replicator.attached(mux))
    let standing = standingOf(core, first, way)
    for (const mux of others) standing = bothOf(standing, standingOf(core, mux, way))
    return standing.isUntold && this.#isFresh(core, record) ? { ...standing, isLevel: false } : standing
  }

  /** Whether nothing of a core differs on a stream. Of one that is not open, or not attached there, nothing does. */
  isLevelOn(record: OpenStream, core: InnerCore): boolean {
    if (!isOpen(core) || !record.attached.has(core) || !this.#parts.attachments.isAttached(core, record))
      return true
    return this.standing(core, record).isLevel
  }

  /** Whether nothing is to be found out about a stream, and its mirrors are level: all but the cores that are attached. */
  isSettled(record: OpenStream<PolicyGate>): boolean {
    const { lookUps, mirroring } = this.#parts
    if (!record.noise.connected || lookUps.isAsked(record) || record.gate?.isAsking === true) return false
    return mirroring.isLevel(record)
  }

  /** A peer that has none of the blocks that were asked for says nothing, so it has some time to say that it has some. */
  #isFresh(core: InnerCore, record: OpenStream): boolean {
    const cores = this.#untold.get(record) ?? new WeakMap<InnerCore, number>()
    this.#untold.set(record, cores)
    const now = this.#parts.clock.now()
    const since = cores.get(core) ?? now
    cores.set(core, since)
    return now - since < UNTOLD_MS
  }
}

function isOpen(core: InnerCore): boolean {
  return core.opened && core.closing === null && !core.replicator.destroyed
}
