import b4a from 'b4a'
import type { CoreSource } from '../source/core-source.js'
import type { OpenStream } from '../streams/stream-set.js'
import { Lane } from '../wire/mirror/lane.js'
import type { Line } from '../wire/mirror/mirror-channel.js'
import type { Attachments } from './attachments.js'
import type { PolicyGate } from './policy-gate.js'
import type { Requests } from './requests.js'

/** The lanes of mirrors, one beside each line. What the remote asks for on a lane is answered as on the mux. */
export class Lanes {
  readonly #source: CoreSource
  readonly #attachments: Attachments<PolicyGate>
  readonly #requests: Requests
  readonly #lanes = new WeakMap<Line, Lane>()

  constructor(source: CoreSource, attachments: Attachments<PolicyGate>, requests: Requests) {
    this.#source = source
    this.#attachments = attachments
    this.#requests = requests
  }

  open(record: OpenStream, line: Line): void {
    const { ours, theirs } = line
    const numbers = record.noise.isInitiator ? ([ours, theirs] as const) : ([theirs, ours] as const)
    const lane = new Lane(record.mux, numbers, (key) => this.#attachments.direction(key, record))
    lane.answer((discoveryKey) =>
      discoveryKey?.byteLength === 32
        ? this.#requests.serve(b4a.toString(discoveryKey, 'hex'), record as OpenStream<PolicyGate>, lane)
        : null
    )
    record.muxes.add(lane)
    this.#lanes.set(line, lane)
  }

  /** The lane beside a line, which is open. */
  of(line: Line): Lane {
    return this.#lanes.get(line)!
  }

  /** Closes the channels of all cores on it, if it is open. O(what is open here). */
  close(record: OpenStream, line: Line): void {
    const lane = this.#lanes.get(line)
    if (lane === undefined) return
    this.#lanes.delete(line)
    lane.end()
    record.muxes.delete(lane)
    const attached = [...this.#source].filter(({ replicator }) => replicator.attached(lane))
    for (const core of attached) void this.#attachments.leave(core, record, lane)
  }
}
