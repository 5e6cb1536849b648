import Hypercore from 'hypercore'
import { onLaterTurn } from '@manycore/ground'
import type { Clock } from '@manycore/ground'
import type { EventSource, InnerCore, ProtocolStream } from '@manycore/hypercore-types'
import type { Attachments } from '../attach/attachments.js'
import type { Lanes } from '../attach/lanes.js'
import type { LookUps } from '../attach/look-ups.js'
import type { Offers } from '../attach/offers.js'
import type { PolicyGate } from '../attach/policy-gate.js'
import { ReplicatorError } from '../errors.js'
import type { ReplicatorEvents } from '../events.js'
import { isSamePeer } from '../policy/policy-change.js'
import type { PolicyChange } from '../policy/policy-change.js'
import type { CoreSource } from '../source/core-source.js'
import type { Reports } from '../stats/reports.js'
import type { OpenStream, StreamSet } from '../streams/stream-set.js'
import { Catalog } from './cores/catalog.js'
import type { MayHave } from './indexes/peer-index.js'
import { Leveller } from './levelling/leveller.js'
import { OpenPlaces } from './levelling/open-places.js'
import { MirrorLink } from './link.js'
import { LinkView } from '../sync/link-view.js'
import type { LinkHost } from './link-host.js'
import type { MirrorSettings } from './options.js'
import type { StoredCopies, StoredCopy } from './stored-copies.js'
import { Updates } from './updates.js'
import type { UpdatesHost } from './updates.js'

/** What a mirror works with. */
export interface MirrorParts {
  /** The replicator's. */
  readonly events: EventSource<ReplicatorEvents>
  readonly source: CoreSource
  readonly stored: StoredCopies
  readonly attachments: Attachments
  readonly lookUps: LookUps
  readonly offers: Offers
  readonly lanes: Lanes
  readonly reports: Reports
  readonly streams: StreamSet
  readonly clock: Clock
}

/**
 * Keeps every stored core whole and current with the mirrors at the other ends of our streams, and opens only those that
 * differ.
 */
export class Mirror implements LinkHost, UpdatesHost {
  readonly catalog: Catalog = new Catalog()
  readonly source: CoreSource
  readonly stored: StoredCopies
  readonly clock: Clock
  readonly lanes: Lanes
  readonly updates: Updates
  readonly isLive: boolean
  readonly #parts: MirrorParts
  readonly #leveller: Leveller
  readonly #links = new Map<OpenStream, MirrorLink>()
  readonly #maxOpenCores: number
  #places: OpenPlaces | null = null
  /** How many cores that remotes have opened are not known yet to be stored here or not. */
  #offering = 0
  #isMoving = false
  #isClosed = false

  constructor(parts: MirrorParts, { filter, concurrency, live, maxOpenCores }: MirrorSettings) {
    this.#parts = parts
    this.isLive = live
    const { attachments, lookUps, reports, clock, offers, source, stored } = parts
    this.source = source
    this.stored = stored
    this.clock = clock
    this.lanes = parts.lanes
    this.#leveller = new Leveller(
      {
        catalog: this.catalog,
        attachments,
        lookUps,
        clock,
        missing: (discoveryKey) => this.updates.changed(discoveryKey),
        wanted: offers.wanted,
        failed: (err, core, { stream }) => {
          if (core === null) reports.tell('core-error', err as Error, { discoveryKey: null, stream })
          else reports.coreFailed(err, core, stream)
        },
        gaveUp: (link) => this.limited(undelivered(), link)
      },
      Math.min(concurrency, Math.floor(maxOpenCores / 2))
    )
    this.#maxOpenCores = maxOpenCores
    if (maxOpenCores < Infinity) this.#bound()
    this.updates = new Updates(this, filter)
    parts.events.on('attach', this.#attached)
  }

  /** The policies have changed. */
  policyChanged({ peer, core }: PolicyChange): void {
    for (const [record, link] of this.#links) {
      const gate = record.gate as PolicyGate | null
      if (gate === null || record.noise.remotePublicKey === null || !isSamePeer(peer, gate.peer)) continue
      if (core === undefined) link.review()
      else for (const key of discoveryKeysOf(core)) link.reviewCore(key)
    }
  }

  /** Other policies are in force on a stream. */
  narrowed(record: OpenStream): void {
    this.#links.get(record)?.review()
  }

  /** Mirrors over a stream, if its remote does too. */
  open(record: OpenStream): void {
    if (this.#links.has(record)) return
    const link = new MirrorLink(record, this)
    this.#links.set(record, link)
    if ((link.narrowing.maxOpenCores ?? Infinity) < Infinity) this.#bound()
    void this.#catchUp(record, link)
  }

  /** A stream has closed, or is replicated no more. */
  leave(record: OpenStream): void {
    const link = this.#links.get(record)
    this.#links.delete(record)
    link?.close()
    if (link !== undefined) this.#leveller.leave(link)
    this.moved()
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#parts.events.off('attach', this.#attached)
    this.#leveller.close()
    this.#places?.close()
    const closed = this.updates.close()
    for (const record of this.#links.keys()) this.leave(record)
    this.moved()
    await closed
  }

  mayHave(record: OpenStream): MayHave | null {
    const gate = record.gate as PolicyGate | null
    if (gate === null) return null
    return async (core) => {
      const direction = await gate.mayAnnounce(core)
      const link = this.#links.get(record)
      if (direction !== null)
        link?.ways.set(link.elements.idOf(core.key), direction.upload, direction.download)
      return direction !== null
    }
  }

  want(slot: number, link: MirrorLink, isAgain: boolean): void {
    this.#leveller.want(slot, link, isAgain)
  }

  readmit(link: MirrorLink): void {
    this.#leveller.readmit(link)
  }

  /** Looked at once per turn of the event loop, however much has changed in it. */
  moved(): void {
    if (this.#isMoving) return
    this.#isMoving = true
    onLaterTurn(() => {
      this.#isMoving = false
      this.#leveller.look()
    })
    this.#parts.reports.moved(null)
  }

  /** Whether nothing is known to differ from a peer, and nothing is to be found out. */
  isLevel(record: OpenStream): boolean {
    const link = this.#links.get(record)
    if (link === undefined) return true
    if (!this.updates.isCurrent || this.#offering > 0 || !link.isLevel) return false
    return link.isMirroring || !this.#leveller.asks(link)
  }

  /** @returns null = it does not mirror over this stream */
  view(record: OpenStream): LinkView | null {
    const link = this.#links.get(record)
    return link === undefined ? null : new LinkView(link, this.catalog)
  }

  limited(err: ReplicatorError, { record }: MirrorLink): void {
    if (this.#isClosed) return // the storage may have closed first
    this.#parts.reports.limited(err, null, record.stream)
  }

  /** Whatever comes on this stream is open: a remote that does not mirror may have more of it. */
  readonly #attached = (core: InnerCore, stream: ProtocolStream): void => {
    for (const [record, link] of this.#links) {
      if (record.stream !== stream || link.isMirroring) continue
      void this.#offered(core, record, link)
    }
  }

  /** What was attached before there was a link: one core after the other, because there may be many. Never rejects. */
  async #catchUp(record: OpenStream, link: MirrorLink): Promise<void> {
    this.#offering++ // and not level until all are known
    for (const core of this.source) {
      if (this.#links.get(record) !== link || link.isMirroring) break
      if (record.attached.has(core)) await this.#offered(core, record, link)
    }
    this.#offering--
    this.#parts.reports.moved(null)
  }

  /** Never rejects. */
  async #offered({ discoveryKey }: InnerCore, record: OpenStream, link: MirrorLink): Promise<void> {
    this.#offering++
    try {
      const slot = await this.updates.find(discoveryKey, link.narrowing.filter)
      if (slot === -1) return
      if (this.#links.get(record) === link) link.offered(slot)
      this.catalog.release(slot)
    } catch (err) {
      this.failed(err, discoveryKey)
    } finally {
      this.#offering--
      this.#parts.reports.moved(null)
    }
  }

  touched({ discoveryKey }: InnerCore): void {
    const slot = discoveryKey === null ? -1 : this.catalog.find(discoveryKey)
    if (slot !== -1) this.#leveller.touched(slot)
  }

  #bound(): void {
    const loaded = this.source.loaded!
    this.#places ??= new OpenPlaces(
      { ...this.#parts, loaded, mostOf: (record) => this.#mostOpen(record) },
      this.#maxOpenCores
    )
    this.#parts.lookUps.bound(this.#places)
  }

  #mostOpen(record: OpenStream): number | null {
    const link = this.#links.get(record)
    return link === undefined ? null : (link.narrowing.maxOpenCores ?? Infinity)
  }

  updated(slot: number, core: StoredCopy): void {
    for (const link of this.#links.values()) {
      if (this.updates.passes(core, link.narrowing.filter)) link.retry(slot)
      else link.forget(slot)
    }
    this.#leveller.moved(slot)
  }

  gone(slot: number): void {
    this.catalog.hold(slot)
    for (const link of this.#links.values()) link.forget(slot)
    this.#leveller.moved(slot)
    this.catalog.release(slot)
  }

  settled(): void {
    for (const link of this.#links.values()) link.flush()
    this.moved()
  }

  failed(err: unknown, discoveryKey: Uint8Array | null): void {
    if (this.#isClosed) return // the source may have closed first
    this.#parts.reports.tell('core-error', err as Error, { discoveryKey, stream: null })
  }
}

function undelivered(): ReplicatorError {
  const text = 'it does not bring what it says that it has, and comes behind all others for a while'
  return new ReplicatorError('UNDELIVERED', text)
}

/** @param core  a key or discovery key, or something that has one: which of them, is not known */
function discoveryKeysOf(core: NonNullable<PolicyChange['core']>): Uint8Array[] {
  return core instanceof Uint8Array ? [core, Hypercore.discoveryKey(core)] : [core.discoveryKey!]
}
