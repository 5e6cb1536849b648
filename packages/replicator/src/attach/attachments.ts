import b4a from 'b4a'
import { badArgument } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import type { Hypercore, InnerCore, Peer, ProtocolStream, Protomux } from '@manycore/hypercore-types'
import { ReplicatorError } from '../errors.js'
import type { Limits } from '../options.js'
import type { Reports } from '../stats/reports.js'
import { isProtocolStream } from '../streams/open-stream.js'
import type { OpenStream, StreamSet } from '../streams/stream-set.js'
import { judge, type Judgement } from '../wire/interceptors/proofs.js'
import { BOTH_WAYS } from '../wire/direction.js'
import type { Direction } from '../wire/direction.js'
import { closeChannel } from '../wire/pairing.js'
import { GuestCores } from './guest-cores.js'
import { LateChannels } from './late-channels.js'

/**
 * The one place where a core meets a stream. Whoever wants to bring them together comes here: our offers, the remotes
 * that ask, the policies, and the caller. It also remembers what the caller has detached, by discovery key: a core that
 * closes and opens again is another object, and stays detached.
 */
export class Attachments<Gate = unknown> {
  readonly #streams: StreamSet<Gate>
  readonly #reports: Reports
  readonly #most: number
  readonly #guests: GuestCores
  readonly #clock: Clock
  readonly #late = new LateChannels()
  /** The hex discovery keys of the cores that are detached on all streams. */
  readonly #everywhere = new Set<string>()
  /** What holds on one stream, true = detached, instead of what holds everywhere; by hex discovery key. */
  readonly #here = new WeakMap<OpenStream, Map<string, boolean>>()

  constructor(streams: StreamSet<Gate>, { coresPerStream }: Limits, reports: Reports, clock: Clock) {
    this.#streams = streams
    this.#reports = reports
    this.#most = coresPerStream
    this.#guests = new GuestCores(coresPerStream)
    this.#clock = clock
  }

  /**
   * Attaches a core, if that is still possible: much may have changed since somebody wanted it.
   * @param mux  that of the stream, or a lane of it
   * @returns whether the core is attached there now
   */
  attach(
    core: InnerCore,
    record: OpenStream,
    direction: Direction = BOTH_WAYS,
    mux: Protomux = record.mux
  ): boolean {
    const id = hex(core.discoveryKey)
    if (direction.upload && direction.download) record.directions.delete(id)
    else record.directions.set(id, direction)
    if (record.index === -1 || !core.opened || core.closing !== null) return false
    if (core.replicator.attached(mux)) return true
    if (this.isDetached(id, record)) return false
    const isFirst = !this.isAttached(core, record)
    core.replicator.attachTo(mux)
    record.attached.add(core)
    this.#reports.figures.watch(core, this.#blame)
    if (isFirst) this.#reports.tell('attach', core, record.stream)
    return true
  }

  /**
   * Attaches a core that may be wanted by the remote only. A remote has a limited number of places for such cores, and
   * one of them may be closed to make room.
   * @returns whether the core is attached now
   */
  admit(core: InnerCore, record: OpenStream, direction?: Direction, mux: Protomux = record.mux): boolean {
    const place = this.#guests.admit(core, record, mux)
    if (place === 'none') this.#tellFull(core, record)
    else if (place !== 'free') this.evict(place, record)
    return place !== 'none' && this.attach(core, record, direction, mux)
  }

  /** Detaches a core whose place another one needs. */
  evict(core: InnerCore, record: OpenStream, most: number = this.#most): void {
    this.#tellFull(core, record, most)
    void this.detach(core, record)
  }

  /**
   * Closes the channels of a core on a stream, and no longer offers the core.
   * @returns a promise that resolves once no message of the core is being worked on; null if none is
   */
  detach(core: InnerCore, record: OpenStream): Promise<void> | null {
    record.directions.delete(hex(core.discoveryKey))
    const closing = Array.from(record.muxes, (mux) => this.leave(core, record, mux)).filter(
      (each) => each !== null
    )
    return closing.length === 0 ? null : Promise.all(closing).then(noop)
  }

  /** The same on one mux: that of the stream, or a lane of it. */
  leave(core: InnerCore, record: OpenStream, mux: Protomux): Promise<void> | null {
    if (core.replicator.attached(mux)) {
      core.replicator.detachFrom(mux)
      if (!this.isAttached(core, record)) {
        record.attached.delete(core)
        this.#reports.tell('detach', core, record.stream)
      }
    }
    this.#late.add(core, mux)
    return closeChannel(mux, core)
  }

  /** Whether a core is attached to a stream, by whomever: to its mux, or to a lane of it. */
  isAttached(core: InnerCore, { muxes }: OpenStream): boolean {
    return [...muxes].some((mux) => core.replicator.attached(mux))
  }

  /** @returns the direction of a core on this stream; null = both */
  direction(discoveryKey: Uint8Array, { directions }: OpenStream): Direction | null {
    return directions.size === 0 ? null : (directions.get(hex(discoveryKey)) ?? null)
  }

  /**
   * Whether the caller has detached the core, or it has failed here.
   * @param id  the discovery key, in hex
   */
  isDetached(id: string, record: OpenStream): boolean {
    return this.#here.get(record)?.get(id) ?? this.#everywhere.has(id)
  }

  /**
   * Notes that the caller has attached or detached a core: on one stream, or on all of them, including those opened
   * later, whatever was noted for single streams before.
   * @returns the inner core, and those of the streams that are open
   * @throws  BAD_ARGUMENT; then nothing has changed
   */
  mark(
    detached: boolean,
    core: InnerCore | Hypercore<unknown>,
    stream: ProtocolStream | undefined
  ): [InnerCore, Iterable<OpenStream<Gate>>] {
    const inner = innerCore(core)
    if (stream === undefined) {
      this.#markEverywhere(inner.discoveryKey, detached)
      return [inner, this.#streams]
    }
    if (!isProtocolStream(stream)) throw badArgument('stream', 'a stream that replicate() returned', stream)
    const record = this.#streams.find(stream.noiseStream)
    if (record === null) return [inner, []] // closed meanwhile
    this.#markOn(record, inner.discoveryKey, detached)
    return [inner, [record]]
  }

  /**
   * Called when an attached core fails at its work. It is detached, because the remote's next message would fail too.
   * @returns whether the core was attached by us
   */
  fail(err: Error, core: InnerCore, record: OpenStream): boolean {
    if (!record.attached.has(core)) return false
    this.#markOn(record, core.discoveryKey, true)
    void this.detach(core, record)
    this.#reports.coreFailed(err, core, record.stream)
    return true
  }

  /**
   * Called when a remote does with an attached core what no Hypercore does. It is detached.
   * @returns whether the core was attached by us
   */
  forbid(err: ReplicatorError, core: InnerCore, record: OpenStream): boolean {
    if (!record.attached.has(core)) return false
    this.#markOn(record, core.discoveryKey, true)
    void this.detach(core, record)
    this.#reports.limited(err, core.discoveryKey, record.stream)
    return true
  }

  /** Called when data of a remote was not taken: it is not signed, contradicts what is signed, or cannot be stored. */
  readonly #blame = (err: Error, core: InnerCore, peer: Peer | null, isAnswer: boolean): void => {
    const record = peer && this.#streams.find(peer.protomux.stream)
    if (peer !== null && record === null) return // another replicator's stream
    if ((err as { code?: string }).code === 'CONFLICT') {
      this.#markEverywhere(core.discoveryKey, true)
      for (const each of this.#streams) void this.detach(core, each)
    } else if (record) {
      return this.#judge(err, core, record, judge(err, peer!, isAnswer, this.#clock.now()))
    }
    this.#reports.coreFailed(err, core, record?.stream ?? null)
  }

  #judge(err: Error, core: InnerCore, record: OpenStream, { isBearable, isTold, untold }: Judgement): void {
    if (!isTold) return this.#reports.figures.failedAgain(core, record.stream)
    const told = untold === 0 ? err : withCount(err, untold)
    if (!isBearable && this.fail(told, core, record)) return
    this.#reports.coreFailed(told, core, record.stream)
  }

  #markEverywhere(discoveryKey: Uint8Array, detached: boolean): void {
    const id = hex(discoveryKey)
    if (detached) this.#everywhere.add(id)
    else this.#everywhere.delete(id)
    for (const record of this.#streams) this.#here.get(record)?.delete(id)
  }

  #markOn(record: OpenStream, discoveryKey: Uint8Array, detached: boolean): void {
    const here = this.#here.get(record) ?? new Map<string, boolean>()
    this.#here.set(record, here.set(hex(discoveryKey), detached))
  }

  #tellFull({ discoveryKey }: InnerCore, { stream }: OpenStream, most: number = this.#most): void {
    const err = new ReplicatorError('TOO_MANY_CORES', `${most} cores are open for one remote, or for all`)
    this.#reports.limited(err, discoveryKey, stream)
  }
}

/** An error that stands for those before it as well. */
function withCount({ message, cause }: Error, untold: number): ReplicatorError {
  const text = `${message}; so were ${untold} more of the peer's proofs since the last event`
  return new ReplicatorError('BAD_PROOF', text, { cause })
}

/** @throws BAD_ARGUMENT */
function innerCore(core: InnerCore | Hypercore<unknown>): InnerCore {
  const inner = typeof core === 'object' && core !== null && 'core' in core ? core.core : core
  if (inner?.discoveryKey && inner.replicator) return inner
  throw badArgument(
    'core',
    'a Hypercore or inner core that knows its discovery key (await its ready())',
    core
  )
}

function hex(bytes: Uint8Array): string {
  return b4a.toString(bytes, 'hex')
}

function noop(): void {}
