import { EventEmitter } from 'events-universal'
import type { EventSource, Hypercore, InnerCore, ProtocolStream, Protomux } from '@manycore/hypercore-types'
import type { CoreSource } from './core-source.js'
import { Detachments } from './detachments.js'
import { badArgument, ReplicatorError } from './errors.js'
import { GuestCores } from './guest-cores.js'
import { HypercoreSet } from './hypercore-set.js'
import { type Limits, parseLimits } from './limits.js'
import { OpenRequests } from './open-requests.js'
import { isProtocolStream, openStream } from './open-stream.js'
import type { ReplicateOptions } from './open-stream.js'
import { closeChannel, join } from './pairing.js'
import type { ReplicatorEvents } from './replicator-events.js'
import { StreamSet } from './stream-set.js'
import type { OpenStream, StreamRecord } from './stream-set.js'

export interface ReplicatorOptions {
  /** false = offer no core unasked; remotes that ask are served. Default true. */
  active?: boolean
  /** what remotes may cost us; defaults for those left out */
  limits?: Partial<Limits>
}

const Emitter: new () => EventSource<ReplicatorEvents> =
  EventEmitter as unknown as new () => EventSource<ReplicatorEvents>

/**
 * Replicates the cores of a source over any number of streams: all to all.
 *
 * A core is attached to a stream when a session of it wants data, when the remote asks for it, or by
 * `attach()`. A core that fails is a 'core-error' and is detached from that stream; the stream goes on.
 */
export class Replicator extends Emitter {
  readonly #source: CoreSource
  readonly #streams = new StreamSet()
  readonly #detachments = new Detachments()
  readonly #limits: Limits
  readonly #requests: OpenRequests
  readonly #guests: GuestCores
  #active: boolean
  #ownSource: HypercoreSet | null = null
  #closing: Promise<void> | null = null

  /**
   * Over plain Hypercores. They may still be opening, and stay the caller's to close; one that fails to
   * open is a 'core-error'. To add more later, make the `HypercoreSet` yourself.
   * @throws BAD_ARGUMENT
   */
  static of(hypercores: Iterable<Hypercore<unknown>>, opts?: ReplicatorOptions): Replicator {
    const source = new HypercoreSet(hypercores)
    const replicator = new Replicator(source, opts)
    replicator.#ownSource = source
    source.on('core-error', (err, { discoveryKey }) => {
      replicator.emit('core-error', err, { discoveryKey, stream: null })
    })
    return replicator
  }

  /** @throws BAD_ARGUMENT */
  constructor(source: CoreSource, { active = true, limits }: ReplicatorOptions = {}) {
    super()
    if (typeof source?.open !== 'function' || typeof source.on !== 'function') {
      throw badArgument('source', 'a CoreSource: an iterable of cores with open(), on() and off()', source)
    }
    this.#limits = parseLimits(limits)
    this.#source = source
    this.#requests = new OpenRequests(source, this.#limits, {
      failed: (err, discoveryKey, { stream }) => this.emit('core-error', err, { discoveryKey, stream }),
      refused: (err, discoveryKey, { stream }) => this.emit('refused', err, { discoveryKey, stream })
    })
    this.#guests = new GuestCores(this.#limits.coresPerStream, (core, record) => {
      this.#full(core, record)
      void this.#detach(core, record)
    })
    this.#active = active
    source.on('downloading', this.#onDownloading)
  }

  get active(): boolean {
    return this.#active
  }

  /** The open streams: `records` of `{ stream, isExternal }`, in no order. */
  get streams(): { readonly records: readonly StreamRecord[] } {
    return this.#streams
  }

  /**
   * Replicates over a stream: the caller's, or with a boolean a new one, whose bytes the caller pipes to
   * the other side. A stream that is replicated already is given back as it is.
   * @param isInitiator exactly one of the two sides says true; or a stream or Protomux of the caller's,
   *                    which close() leaves open
   * @returns the stream that was passed, a Protomux's stream, or the new one. Its errors are the caller's
   *          to listen for: pipe it with `pipeline()`, or give it an 'error' listener
   * @throws  BAD_ARGUMENT, REPLICATOR_CLOSED; then nothing was changed
   */
  replicate(isInitiator: boolean | ProtocolStream | Protomux, opts?: ReplicateOptions): ProtocolStream {
    this.#refuseClosed('replicate()')
    const { stream, mux, isExternal } = openStream(isInitiator, opts)
    const noise = stream.noiseStream
    const known = this.#streams.find(noise)
    if (known !== null) return known.stream
    if (noise.destroyed) return stream // its 'close' is past: nothing would ever remove it

    const record = this.#streams.add(stream, mux, isExternal, opts?.active !== false)
    const leave = join(mux, {
      ask: (discoveryKey) => this.#serve(discoveryKey, record),
      fail: (err, core) => this.#fail(err, core, record),
      limits: this.#limits
    })
    const onclose = (): void => this.#leave(record)
    const onerror = (err: Error): void => {
      if (err instanceof ReplicatorError) this.emit('refused', err, { discoveryKey: null, stream })
    }
    noise.once('close', onclose)
    noise.on('error', onerror)
    record.release = () => {
      leave()
      noise.off('error', onerror)
      noise.off('close', onclose)
    }
    this.#announceAll(record)
    this.emit('stream-open', stream)
    return stream
  }

  /**
   * Offers a core now, also when it wants no data and while the replicator is not active, and takes
   * `detach()` back. A core that is still opening is offered once it is open.
   * @param stream only on this one; default: on all
   * @throws BAD_ARGUMENT when the discovery key is not known yet: await core.ready() first
   */
  attach(core: InnerCore | Hypercore<unknown>, stream?: ProtocolStream): void {
    const [inner, records] = this.#setDetached('attach()', false, core, stream)
    if (inner.opened) for (const record of records) this.#attach(inner, record)
    else void this.#attachOnceOpen(inner, records)
  }

  /**
   * Closes the channels of a core. Sticks until `attach()`: it is not offered again, and a remote that
   * asks is told what it is told about a core that is not here.
   * @param stream only on this one; default: on all, those opened later included
   * @throws BAD_ARGUMENT when the discovery key is not known yet: await core.ready() first
   */
  detach(core: InnerCore | Hypercore<unknown>, stream?: ProtocolStream): void {
    const [inner, records] = this.#setDetached('detach()', true, core, stream)
    for (const record of records) void this.#detach(inner, record)
  }

  /** false: offers no further core unasked. true: offers all cores that want data on all streams. */
  setActive(active: boolean): void {
    this.#refuseClosed('setActive()')
    this.#active = active
    for (const record of this.#streams) this.#announceAll(record)
  }

  /**
   * Destroys the streams that the replicator made. Those of the caller stay open, without the cores that
   * the replicator attached. Idempotent; cores stay open.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#source.off('downloading', this.#onDownloading)
    this.#requests.close()
    const steps: Promise<unknown>[] = []
    for (const record of this.#streams) {
      steps.push(record.isExternal ? this.#letGo(record) : destroyStream(record))
    }
    if (this.#ownSource !== null) steps.push(this.#ownSource.close())
    await Promise.all(steps)
  }

  async #letGo(record: OpenStream): Promise<void> {
    const ours = Array.from(this.#source).filter((core) => record.attached.has(core))
    const detached = ours.map((core) => this.#detach(core, record))
    this.#leave(record)
    await Promise.all(detached)
  }

  #leave(record: OpenStream): void {
    record.release()
    this.#streams.remove(record)
    this.emit('stream-close', record.stream)
  }

  readonly #onDownloading = (core: InnerCore): void => {
    if (!this.#active) return
    for (const record of this.#streams) if (record.active) this.#attach(core, record)
  }

  #announceAll(record: OpenStream): void {
    if (!this.#active || !record.active) return
    record.mux.cork() // one packet for all channels that open now
    try {
      for (const core of this.#source) if (core.replicator.downloading) this.#attach(core, record)
    } finally {
      void record.noise.opened.then(() => record.mux.uncork())
    }
  }

  /** The remote asks for a core. */
  async #serve(discoveryKey: Uint8Array, record: OpenStream): Promise<void> {
    if (this.#detachments.has(discoveryKey, record)) return
    const core = await this.#requests.find(discoveryKey, record)
    if (core === null) return
    if (this.#guests.admit(core, record)) this.#attach(core, record)
    else this.#full(core, record)
    core.checkIfIdle() // it may have been opened for this remote only, who may be gone
  }

  #full({ discoveryKey }: InnerCore, { stream }: OpenStream): void {
    const message = `${this.#limits.coresPerStream} cores are open for one remote`
    this.emit('refused', new ReplicatorError('TOO_MANY_CORES', message), { discoveryKey, stream })
  }

  /** A core that we attached failed at work. Left attached, the remote's next message would fail as well. */
  #fail(err: Error, core: InnerCore, record: OpenStream): boolean {
    if (!record.attached.has(core)) return false
    this.#detachments.setOn(record, core.discoveryKey, true)
    void this.#detach(core, record)
    this.emit('core-error', err, { discoveryKey: core.discoveryKey, stream: record.stream })
    return true
  }

  async #attachOnceOpen(core: InnerCore, records: Iterable<OpenStream>): Promise<void> {
    try {
      await core.ready()
    } catch (err) {
      this.emit('core-error', err as Error, { discoveryKey: core.discoveryKey, stream: null })
      return
    }
    for (const record of records) this.#attach(core, record)
  }

  /** The one place where a core meets a stream. Much may have changed since somebody wanted it. */
  #attach(core: InnerCore, record: OpenStream): void {
    if (record.index === -1 || !core.opened || core.closing !== null) return
    if (core.replicator.attached(record.mux) || this.#detachments.has(core.discoveryKey, record)) return
    core.replicator.attachTo(record.mux)
    record.attached.add(core)
    this.emit('attach', core, record.stream)
  }

  async #detach(core: InnerCore, { mux, noise, stream, attached }: OpenStream): Promise<void> {
    if (core.replicator.attached(mux)) {
      core.replicator.detachFrom(mux)
      attached.delete(core)
      this.emit('detach', core, stream)
    }
    // attachTo() opens the channel after the handshake, detached or not (hypercore 11.37.1 lib/replicator.js:3171).
    void noise.opened.then(() => {
      if (!core.replicator.attached(mux)) void closeChannel(mux, core.discoveryKey)
    })
    return closeChannel(mux, core.discoveryKey)
  }

  #setDetached(
    call: string,
    detached: boolean,
    core: InnerCore | Hypercore<unknown>,
    stream: ProtocolStream | undefined
  ): [InnerCore, Iterable<OpenStream>] {
    this.#refuseClosed(call)
    const inner = innerCore(core)
    if (stream === undefined) {
      this.#detachments.set(inner.discoveryKey, detached, this.#streams)
      return [inner, this.#streams]
    }
    if (!isProtocolStream(stream)) throw badArgument('stream', 'a stream that replicate() returned', stream)
    const record = this.#streams.find(stream.noiseStream)
    if (record === null) return [inner, []] // closed meanwhile
    this.#detachments.setOn(record, inner.discoveryKey, detached)
    return [inner, [record]]
  }

  #refuseClosed(call: string): void {
    if (this.#closing !== null) throw new ReplicatorError('REPLICATOR_CLOSED', `${call} after close()`)
  }
}

function destroyStream({ stream, noise }: OpenStream): Promise<void> {
  return new Promise((resolve) => {
    noise.once('close', resolve)
    stream.destroy()
  })
}

function innerCore(core: InnerCore | Hypercore<unknown>): InnerCore {
  const inner = typeof core === 'object' && core !== null && 'core' in core ? core.core : core
  if (inner?.discoveryKey && inner.replicator) return inner
  throw badArgument(
    'core',
    'a Hypercore or inner core that knows its discovery key (await its ready())',
    core
  )
}
