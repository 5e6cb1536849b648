import { badArgument } from '@manycore/ground'
import type {
  Hypercore,
  InnerCore,
  Peer,
  ProtocolStream,
  Protomux,
  ReplicationStream
} from '@manycore/hypercore-types'
import { Activity } from './attach/activity.js'
import type { ActiveFor } from './attach/activity.js'
import { AskedCores } from './attach/requests.js'
import { systemClock } from './clock.js'
import { isBearable } from './wire/proofs.js'
import type { CoreSource } from './source/core-source.js'
import { Detachments } from './attach/detachments.js'
import { ReplicatorError } from './errors.js'
import type { ReplicatorStats } from './stats/figures.js'
import { Gates } from './attach/policy-gates.js'
import { HypercoreSet } from './source/hypercore-set.js'
import { type Limits, parseLimits } from './limits.js'
import { Offers } from './attach/offers.js'
import { destroyStream, openStream } from './streams/open-stream.js'
import { readReplicateOptions } from './options.js'
import type { ReplicateOptions } from './options.js'
import { closeChannel, join } from './wire/pairing.js'
import { checkPolicies } from './policy/ready-made.js'
import { readPolicyChange } from './policy/policy-change.js'
import type { PolicyChange } from './policy/policy-change.js'
import { ReplicatorEmitter } from './stats/emitter.js'
import { readCloseOptions, readReplicatorOptions } from './replicator-options.js'
import type { CloseOptions, ReplicatorOptions } from './replicator-options.js'
import { StalledStreams } from './streams/stalled-streams.js'
import { watchEnd } from './streams/stream-end.js'
import { StreamSet } from './streams/stream-set.js'
import type { OpenStream, StreamRecord } from './streams/stream-set.js'

/**
 * Replicates the cores of a source over any number of streams: all to all.
 *
 * A core is attached to a stream when a session of it wants data, when the remote asks for it, or by
 * `attach()`. A core that fails is a 'core-error' and is detached from that stream; the stream goes on.
 */
export class Replicator extends ReplicatorEmitter {
  readonly #source: CoreSource
  readonly #streams = new StreamSet()
  readonly #detachments = new Detachments(this.#streams)
  readonly #gates: Gates
  readonly #activity: Activity
  readonly #limits: Limits
  readonly #asked: AskedCores
  readonly #offers: Offers
  readonly #stalled: StalledStreams
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
  constructor(source: CoreSource, opts?: ReplicatorOptions) {
    super()
    const { active = true, policy, limits, clock = systemClock } = readReplicatorOptions(opts)
    if (typeof source?.open !== 'function' || typeof source.on !== 'function') {
      throw badArgument('source', 'a CoreSource: an iterable of cores with open(), on() and off()', source)
    }
    this.#source = source
    this.#limits = parseLimits(limits)
    this.#activity = new Activity(active, clock)
    const isActive = (record: OpenStream): boolean => this.active && record.active
    this.#gates = new Gates(source, checkPolicies(policy), this.#limits, clock, {
      attach: (core, record) => void this.#asked.admit(core, record),
      detach: (core, record) => this.#detach(core, record),
      open: (discoveryKey, record) => this.#asked.open(discoveryKey, record),
      isActive,
      denied: (core, { stream }, question) => void this.emit('denied', core, stream, question),
      failed: (err, core, { stream }) => this.failed(err as Error, core, stream)
    })
    this.#asked = new AskedCores(source, this.#limits, clock, {
      attach: (core, record) => this.#attach(core, record),
      detach: (core, record) => this.#detach(core, record),
      isDetached: (discoveryKey, record) => this.#detachments.has(discoveryKey, record),
      failed: (err, discoveryKey, { stream }) => this.emit('core-error', err, { discoveryKey, stream }),
      limited: (err, discoveryKey, { stream }) => this.emit('refused', err, { discoveryKey, stream }),
      refused: ({ stream }) => this.figures.refused(stream)
    })
    this.#offers = new Offers(source, this.#streams, {
      isActive,
      attach: (core, record) => this.#attach(core, record),
      failed: (err, core) => this.failed(err, core, null)
    })
    this.#stalled = new StalledStreams(this.#streams, this.#limits.stalledMs, clock, ({ stream }, stall) => {
      this.emit('stalled', stream, stall)
    })
  }

  get active(): boolean {
    return this.#activity.active
  }

  /** The open streams: `records` of `{ stream, isExternal }`, in no order. */
  get streams(): { readonly records: readonly StreamRecord[] } {
    return this.#streams
  }

  /**
   * Replicates over a stream: the caller's, or with a boolean a new one, whose bytes the caller pipes to
   * the other side. A stream that is replicated already is given back as it is; a new policy narrows it.
   * @param isInitiator exactly one of the two sides says true; or a stream or Protomux of the caller's,
   *                    which close() leaves open
   * @returns the stream that was passed, a Protomux's stream, or the new one. Its errors are the caller's
   *          to listen for: pipe it with `pipeline()`, or give it an 'error' listener
   * @throws  BAD_ARGUMENT, REPLICATOR_CLOSED; then nothing was changed
   */
  replicate(isInitiator: boolean | ProtocolStream | Protomux, options?: ReplicateOptions): ReplicationStream {
    this.#refuseClosed('replicate()')
    const opts = readReplicateOptions(isInitiator, options)
    const policies = checkPolicies(opts.policy)
    const { stream, mux, isExternal } = openStream(isInitiator, opts)
    const noise = stream.noiseStream
    const known = this.#streams.find(noise)
    if (known !== null) {
      this.#gates.narrow(known, policies)
      return known.stream
    }
    if (noise.destroyed) return stream // its 'close' is past: nothing would ever remove it

    const record = this.#streams.add(stream, mux, isExternal, opts.active !== false)
    this.figures.open(record)
    this.#gates.open(record, policies)
    const leave = join(mux, {
      ask: (discoveryKey) => this.#asked.serve(discoveryKey, record),
      fail: (err, core) => this.#fail(err, core, record),
      opened: (peer, core) => record.gate?.opened(peer, core),
      oneWay: (discoveryKey) => record.gate?.oneWay(discoveryKey) ?? null,
      limits: this.#limits
    })
    const onclose = (): void => this.#leave(record)
    const unwatch = watchEnd(noise, onclose, (reason) => {
      this.emit('refused', reason, { discoveryKey: null, stream })
    })
    record.release = () => void (leave(), unwatch())
    this.#stalled.watch(record)
    this.#offers.all(record)
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
    this.#refuseClosed('attach()')
    const [inner, records] = this.#detachments.mark(false, core, stream)
    this.#offers.add(inner, records)
  }

  /**
   * Closes the channels of a core. Sticks until `attach()`: it is not offered again, and a remote that
   * asks is told what it is told about a core that is not here.
   * @param stream only on this one; default: on all, those opened later included
   * @throws BAD_ARGUMENT when the discovery key is not known yet: await core.ready() first
   */
  detach(core: InnerCore | Hypercore<unknown>, stream?: ProtocolStream): void {
    this.#refuseClosed('detach()')
    const [inner, records] = this.#detachments.mark(true, core, stream)
    for (const record of records) void this.#detach(inner, record)
  }

  /** Figures of all streams and cores, to now; O(streams × cores). */
  stats(): ReplicatorStats {
    return this.figures.stats(this.#streams, [...this.#source])
  }

  /**
   * What the policies say has changed: asks them again about all that is open, that we would offer, or that the
   * peer was denied. What is denied now is closed, what is allowed now is opened; the streams stay. Changes of one turn
   * of the event loop are one. A policy that calls this in the call in which it is asked does not wait for itself.
   * @returns resolves within `policyMs`, and at close(), when no block of a core that was closed is read or handed to
   *          its stream any more. What was handed over before is in the stream's buffer, or with the peer.
   * @throws  BAD_ARGUMENT, also for a core that has no discovery key yet: await core.ready() first; REPLICATOR_CLOSED
   */
  async policyChanged(change?: PolicyChange): Promise<void> {
    this.#refuseClosed('policyChanged()')
    await this.#gates.changed(this.#streams, readPolicyChange(change))
  }

  /**
   * false: offers no further core unasked. true: offers all cores that want data on all streams. With `forMs`:
   * true now, and false after so many ms.
   * @throws BAD_ARGUMENT
   */
  setActive(active: ActiveFor): void {
    this.#refuseClosed('setActive()')
    this.#activity.set(active)
    for (const record of this.#streams) this.#offers.all(record)
  }

  /**
   * Destroys the streams that the replicator made. Those of the caller stay open, without the cores that
   * the replicator attached. Idempotent; cores stay open.
   * @throws BAD_ARGUMENT; then nothing was closed
   */
  close(opts?: CloseOptions): Promise<void> {
    const { leaveStreams = false } = readCloseOptions(opts)
    this.#closing ??= this.#close(leaveStreams)
    return this.#closing
  }

  async #close(leavesStreams: boolean): Promise<void> {
    this.#offers.close()
    this.#stalled.close()
    this.#asked.close()
    this.#activity.release()
    const steps: Promise<unknown>[] = []
    for (const record of this.#streams) {
      steps.push(record.isExternal || leavesStreams ? this.#letGo(record) : destroyStream(record))
    }
    if (this.#ownSource !== null) steps.push(this.#ownSource.close())
    await Promise.all(steps)
    this.figures.close(this.#source)
  }

  async #letGo(record: OpenStream): Promise<void> {
    const ours = Array.from(this.#source).filter((core) => record.attached.has(core))
    const detaching = Promise.all(ours.map((core) => this.#detach(core, record)))
    this.#leave(record)
    await detaching
  }

  #leave(record: OpenStream): void {
    record.release()
    record.gate?.close()
    this.#streams.remove(record)
    this.#stalled.unwatch()
    this.emit('stream-close', record.stream)
  }

  /** A core that we attached failed at work. Left attached, the remote's next message would fail as well. */
  #fail(err: Error, core: InnerCore, record: OpenStream): boolean {
    if (!record.attached.has(core)) return false
    this.#detachments.setOn(record, core.discoveryKey, true)
    void this.#detach(core, record)
    this.failed(err, core, record.stream)
    return true
  }

  /** What a remote sent of a core was not taken: it is not signed, or against what is, or cannot be stored. */
  protected override blame(err: Error, core: InnerCore, peer: Peer | null): void {
    const record = peer && this.#streams.find(peer.protomux.stream)
    if (peer !== null && record === null) return // a stream of others
    const isConflict = (err as { code?: string }).code === 'CONFLICT'
    if (record && !isConflict && !isBearable(err, peer!) && this.#fail(err, core, record)) return
    if (isConflict && this.#closing === null) this.detach(core)
    this.failed(err, core, record?.stream ?? null)
  }

  /** The one place where a core meets a stream. Much may have changed since somebody wanted it. */
  #attach(core: InnerCore, record: OpenStream): boolean {
    if (record.index === -1 || !core.opened || core.closing !== null) return false
    if (core.replicator.attached(record.mux)) return true
    if (this.#detachments.has(core.discoveryKey, record)) return false
    core.replicator.attachTo(record.mux)
    record.attached.add(core)
    this.emit('attach', core, record.stream)
    return true
  }

  async #detach(core: InnerCore, { mux, noise, stream, attached, gate }: OpenStream): Promise<void> {
    gate?.forget(core.discoveryKey)
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

  #refuseClosed(call: string): void {
    if (this.#closing !== null) throw new ReplicatorError('REPLICATOR_CLOSED', `${call} after close()`)
  }
}
