import { Emitter, badArgument, closeAll } from '@manycore/ground'
import type {
  Hypercore,
  InnerCore,
  ProtocolStream,
  Protomux,
  ReplicationStream
} from '@manycore/hypercore-types'
import { Attachments } from './attach/attachments.js'
import { Lanes } from './attach/lanes.js'
import { LookUps } from './attach/look-ups.js'
import { Offers } from './attach/offers.js'
import type { ActiveFor } from './attach/offers.js'
import type { PolicyGate } from './attach/policy-gate.js'
import { PoliciesInForce } from './attach/policies-in-force.js'
import { Requests } from './attach/requests.js'
import { ReplicatorError } from './errors.js'
import { parseLimits, readCloseOptions, readReplicateOptions, readReplicatorOptions } from './options.js'
import type { CloseOptions, ReplicateOptions, ReplicatorOptions } from './options.js'
import { Mirroring } from './mirror/mirroring.js'
import type { MirrorOptions } from './mirror/options.js'
import { readPolicyChange } from './policy/policy-change.js'
import type { PolicyChange } from './policy/policy-change.js'
import { checkPolicies } from './policy/policy.js'
import type { CoreSource } from './source/core-source.js'
import { HypercoreSet } from './source/hypercore-set.js'
import type { ReplicatorStats } from './stats/figures.js'
import { Reports } from './stats/reports.js'
import type { ReplicatorEvents } from './events.js'
import type { SyncView } from './sync/sync-view.js'
import { Syncing } from './sync/syncing.js'
import { destroyStream, openStream, watchEnd } from './streams/open-stream.js'
import { StalledStreams } from './streams/stalled-streams.js'
import { StreamSet } from './streams/stream-set.js'
import type { OpenStream, StreamRecord } from './streams/stream-set.js'

/**
 * Replicates the cores of a source over any number of streams, all to all.
 *
 * A core is attached to a stream if a session of it wants data, if the remote asks for it, or by `attach()`. A core
 * that fails is a 'core-error' and is detached from that stream; the stream goes on.
 */
export class Replicator extends Emitter<ReplicatorEvents> {
  readonly #source: CoreSource
  readonly #streams = new StreamSet<PolicyGate>()
  readonly #reports = new Reports(this)
  readonly #attachments: Attachments<PolicyGate>
  readonly #lookUps: LookUps
  readonly #requests: Requests
  readonly #offers: Offers
  readonly #policies: PoliciesInForce
  readonly #mirroring: Mirroring
  readonly #syncing: Syncing
  readonly #stalled: StalledStreams
  #ownSource: HypercoreSet | null = null
  #closing: Promise<void> | null = null

  /**
   * Makes a replicator of plain Hypercores. They may still be opening, and stay the caller's to close; one that fails
   * to open is a 'core-error'. To add more later, make the `HypercoreSet` yourself.
   * @throws BAD_ARGUMENT
   */
  static of(hypercores: Iterable<Hypercore<unknown>>, opts?: ReplicatorOptions): Replicator {
    const source = new HypercoreSet(hypercores)
    const replicator = new Replicator(source, opts)
    replicator.#ownSource = source
    source.on('core-error', (err, { discoveryKey }) => {
      replicator.#reports.tell('core-error', err, { discoveryKey, stream: null })
    })
    return replicator
  }

  /** @throws BAD_ARGUMENT */
  constructor(source: CoreSource, opts?: ReplicatorOptions) {
    super()
    const { active, policy, mirror, limits: given, clock } = readReplicatorOptions(opts)
    if (typeof source?.open !== 'function' || typeof source.on !== 'function') {
      throw badArgument('source', 'a CoreSource: an iterable of cores with open(), on() and off()', source)
    }
    const [streams, reports] = [this.#streams, this.#reports]
    const policies = checkPolicies(policy)
    const limits = parseLimits(given)
    const attachments = new Attachments(streams, limits, reports, clock)
    const lookUps = new LookUps(source, limits, reports)
    this.#source = source
    this.#attachments = attachments
    this.#lookUps = lookUps
    this.#requests = new Requests(lookUps, attachments, reports, limits, clock)
    this.#offers = new Offers(source, streams, attachments, reports, active, clock)
    const parts = { source, attachments, lookUps, reports, limits, clock }
    const lanes = new Lanes(source, attachments, this.#requests)
    this.#policies = new PoliciesInForce(policies, streams, this.#offers, parts)
    this.#mirroring = new Mirroring({ ...parts, lanes, offers: this.#offers, events: this }, streams)
    this.#syncing = new Syncing({ ...parts, streams, mirroring: this.#mirroring })
    if (mirror) this.#mirroring.start(mirror)
    this.#stalled = new StalledStreams(streams, limits.stalledMs, clock, ({ stream }, stall) => {
      reports.tell('stalled', stream, stall)
    })
  }

  /** Whether cores are offered unasked. */
  get active(): boolean {
    return this.#offers.active
  }

  /** The open streams: `records` of `{ stream, isExternal }`, in no order. */
  get streams(): { readonly records: readonly StreamRecord[] } {
    return this.#streams
  }

  /**
   * Replicates over a stream: the caller's, or with a boolean a new one, whose bytes the caller pipes to the other
   * side. A stream that is replicated already is returned as it is, and a new policy narrows it.
   * @param isInitiator  true on exactly one of the two sides; or a stream or Protomux of the caller's, which `close()`
   *                     leaves open
   * @returns the stream that was passed, the stream of the Protomux, or the new one. The caller has to listen for its
   *          errors: pipe it with `pipeline()`, or give it an 'error' listener
   * @throws  BAD_ARGUMENT, REPLICATOR_CLOSED; then nothing has changed
   */
  replicate(isInitiator: boolean | ProtocolStream | Protomux, options?: ReplicateOptions): ReplicationStream {
    this.#refuseClosed('replicate()')
    const opts = readReplicateOptions(isInitiator, options)
    const policies = checkPolicies(opts.policy)
    this.#mirroring.check(opts.mirror)
    const { stream, mux, isExternal } = openStream(isInitiator, opts)
    const noise = stream.noiseStream
    const known = this.#streams.find(noise)
    if (known !== null) {
      this.#policies.narrow(known, policies)
      if (policies.length > 0) this.#mirroring.narrowed(known)
      return known.stream
    }
    if (noise.destroyed) return stream // its 'close' is past: nothing would ever remove it

    const record = this.#streams.add(stream, mux, isExternal, opts)
    this.#reports.figures.open(record)
    this.#policies.open(record, policies)
    const leave = this.#requests.listen(record)
    const onreason = (reason: ReplicatorError): void => {
      record.reason = reason
      this.#reports.ending(stream, reason)
    }
    const unwatch = watchEnd(noise, onreason, () => this.#leave(record))
    record.release = () => void (leave(), unwatch())
    this.#stalled.watch(record)
    this.#offers.all(record)
    this.#mirroring.open(record)
    this.#reports.tell('stream-open', stream)
    return stream
  }

  /**
   * Offers a core now, even if it wants no data or the replicator is not active, and undoes `detach()`. A core that is
   * still opening is offered once it is open.
   * @param stream  only on this one; default: on all that are open
   * @throws BAD_ARGUMENT if the discovery key is not known yet (await `core.ready()` first); REPLICATOR_CLOSED
   */
  attach(core: InnerCore | Hypercore<unknown>, stream?: ProtocolStream): void {
    this.#refuseClosed('attach()')
    const [inner, records] = this.#attachments.mark(false, core, stream)
    this.#offers.add(inner, records)
  }

  /**
   * Closes the channels of a core. This holds until `attach()`: the core is not offered again, and a remote that asks
   * for it gets the same answer as for a core that is not here.
   * @param stream  only on this one; default: on all, including those opened later
   * @throws BAD_ARGUMENT if the discovery key is not known yet (await `core.ready()` first); REPLICATOR_CLOSED
   */
  detach(core: InnerCore | Hypercore<unknown>, stream?: ProtocolStream): void {
    this.#refuseClosed('detach()')
    const [inner, records] = this.#attachments.mark(true, core, stream)
    for (const record of records) void this.#attachments.detach(inner, record)
  }

  /**
   * Mirrors from now on, over all streams that are open or will be: every stored core that `filter` and the policies let
   * through is kept whole and current with peers that mirror too. Only those that differ are opened, and not for longer than it
   * takes. Cores that somebody has a session of are replicated as without.
   * @throws BAD_ARGUMENT, also if the source does not say what is stored, or if it mirrors already; REPLICATOR_CLOSED
   */
  mirror(opts?: MirrorOptions): void {
    this.#refuseClosed('mirror()')
    this.#mirroring.start(opts ?? true)
  }

  /**
   * Waits until nothing is known to differ from the peers that are connected: of each core that is attached, both know the same
   * fork and length, we have all blocks that sessions have asked for and the peer has, and it has what it has asked for; no open
   * waits for a policy or for storage; mirrors have compared, and differ in nothing. What a policy keeps from a side does not count;
   * a stream whose handshake is not over counts as not level, and one that closes does not count any more. Resolves at once
   * without peers, and waits as long as one does not answer, or cannot be compared (`lastError` of the stream in `syncView()`). O(what is attached) at the beginning and the end.
   * @param peer  a public key of 32 bytes, or a stream; default: all peers
   * @throws BAD_ARGUMENT, REPLICATOR_CLOSED, also if `close()` is called meanwhile
   */
  async synced(peer?: Uint8Array | ProtocolStream): Promise<void> {
    this.#refuseClosed('synced()')
    await this.#syncing.synced(readPolicyChange({ peer }).peer)
  }

  /** How far replication has come, by stream and core. O(what is attached, and what differs), not of what is stored. */
  syncView(): SyncView {
    return this.#syncing.view()
  }

  /** Figures of all streams and cores so far. O(streams × cores). */
  stats(): ReplicatorStats {
    return this.#reports.figures.stats(this.#streams, [...this.#source])
  }

  /**
   * Says that the policies have changed, and asks them again about every core that is open, that we would offer, or
   * that a peer was denied. What is denied now is closed, what is allowed now is opened; the streams stay. Changes made
   * in one turn of the event loop count as one. A policy that calls this while it is being asked does not wait for
   * itself.
   * @returns a promise that resolves once no block of a closed core is read or handed to its stream any more: within
   *          `policyMs`, with 50 ms more for each 256 cores of a stream if a policy is slow, and at `close()`. What was handed over before is in the stream's buffer, or with the peer
   * @throws  BAD_ARGUMENT, even for a core that has no discovery key yet (await `core.ready()` first);
   *          REPLICATOR_CLOSED
   */
  async policyChanged(change?: PolicyChange): Promise<void> {
    this.#refuseClosed('policyChanged()')
    const read = readPolicyChange(change)
    this.#mirroring.policyChanged(read)
    await this.#policies.changed(read)
  }

  /**
   * False offers no further core unasked. True offers all cores that want data, on all streams. With `forMs` it
   * is true now, and false after so many milliseconds.
   * @throws BAD_ARGUMENT
   */
  setActive(active: ActiveFor): void {
    this.#refuseClosed('setActive()')
    this.#offers.setActive(active)
  }

  /**
   * Destroys the streams that the replicator made. Those of the caller stay open, without the cores that the replicator
   * attached. The cores stay open. Idempotent.
   * @throws BAD_ARGUMENT; then nothing was closed. Every step runs, and what fails is thrown at the end
   */
  close(opts?: CloseOptions): Promise<void> {
    const { leaveStreams } = readCloseOptions(opts)
    this.#closing ??= this.#close(leaveStreams)
    return this.#closing
  }

  #close(leavesStreams: boolean): Promise<void> {
    const ends = Array.from(this.#streams, (record) => () => {
      return record.isExternal || leavesStreams ? this.#letGo(record) : destroyStream(record)
    })
    const steps = [
      () => this.#syncing.close(),
      () => this.#mirroring.close(),
      () => this.#offers.close(),
      () => this.#stalled.close(),
      () => this.#requests.close(),
      () => this.#lookUps.close(),
      ...ends,
      () => this.#ownSource?.close()
    ]
    return closeAll('closing the replicator', [
      () => closeAll('ending the streams', steps, 'together'),
      () => this.#reports.figures.close(this.#source)
    ])
  }

  #letGo(record: OpenStream<PolicyGate>): Promise<void> {
    const atWork: Promise<void>[] = []
    const detachAll = (): void => {
      // In reverse: `detachFrom()` takes its listener out of the stream's list, which Node searches from the end.
      for (const core of Array.from(this.#source).toReversed()) {
        const closed = record.attached.has(core) ? this.#attachments.detach(core, record) : null
        if (closed !== null) atWork.push(closed)
      }
    }
    const leave = (): void => {
      try {
        detachAll()
      } finally {
        this.#leave(record)
      }
    }
    return closeAll('leaving a stream', [leave, () => Promise.all(atWork)])
  }

  #leave(record: OpenStream<PolicyGate>): void {
    record.release()
    this.#mirroring.leave(record)
    record.gate?.close()
    this.#streams.remove(record)
    this.#stalled.unwatch()
    this.#reports.tell('stream-close', record.stream, record.reason)
  }

  #refuseClosed(call: string): void {
    if (this.#closing !== null) throw new ReplicatorError('REPLICATOR_CLOSED', `${call} after close()`)
  }
}
