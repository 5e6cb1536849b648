import Hypercore from 'hypercore'
import b4a from 'b4a'
import type { Clock } from '@manycore/ground'
import type { EventSource, InnerCore, ProtocolStream } from '@manycore/hypercore-types'
import type { Attachments } from '../attach/attachments.js'
import type { LookUps } from '../attach/look-ups.js'
import type { Offers } from '../attach/offers.js'
import type { PolicyGate } from '../attach/policy-gate.js'
import { CORES_PER_READ, NEWS_MS } from './defaults.js'
import type { ReplicatorError } from '../errors.js'
import type { ReplicatorEvents } from '../events.js'
import { isSamePeer } from '../policy/policy-change.js'
import type { PolicyChange } from '../policy/policy-change.js'
import type { CoreSource } from '../source/core-source.js'
import type { Reports } from '../stats/reports.js'
import type { OpenStream } from '../streams/stream-set.js'
import { isWanted, watchChanges } from '../wire/mirror/core-watch.js'
import { Catalog } from './catalog.js'
import { Leveller } from './leveller.js'
import { type LinkHost, MirrorLink } from './link.js'
import { LinkView } from '../sync/link-view.js'
import type { MirrorOptions, MirrorSettings } from './options.js'
import type { StoredCopy, StoredCopies } from './stored-copies.js'

/** What a mirror works with. */
export interface MirrorParts {
  /** The replicator's. */
  readonly events: EventSource<ReplicatorEvents>
  readonly source: CoreSource
  readonly stored: StoredCopies
  readonly attachments: Attachments
  readonly lookUps: LookUps
  readonly offers: Offers
  readonly reports: Reports
  readonly clock: Clock
}

/**
 * Keeps every stored core whole and current with the mirrors at the other ends of our streams, and opens only those that
 * differ. It knows what is stored by one scan, and what changes by watching the cores that are open: no others change.
 */
export class Mirror implements LinkHost {
  readonly catalog: Catalog = new Catalog()
  readonly scanned: Promise<void>
  readonly isLive: boolean
  readonly #parts: MirrorParts
  readonly #filter: MirrorOptions['filter']
  readonly #leveller: Leveller
  readonly #links = new Map<OpenStream, MirrorLink>()
  readonly #watched = new WeakMap<InnerCore, () => void>()
  readonly #unwatch: (() => void) | undefined
  /** The discovery keys of what has changed and was not read again yet, by their hex. */
  readonly #dirty = new Map<string, Uint8Array>()
  #isReading = false
  #isClosed = false
  #timer: unknown = null
  #lastRead = -Infinity

  constructor(parts: MirrorParts, { filter, concurrency, live }: MirrorSettings) {
    this.#parts = parts
    this.#filter = filter
    this.isLive = live
    const { attachments, lookUps, reports, clock, offers, source } = parts
    this.#leveller = new Leveller(
      {
        catalog: this.catalog,
        attachments,
        lookUps,
        clock,
        missing: (discoveryKey) => this.#changed(discoveryKey),
        done: (core) => {
          if (isWanted(core)) offers.wanted(core) // by a session that came meanwhile, of which nobody was told
        },
        failed: (err, core, { stream }) => {
          if (core === null) reports.tell('core-error', err as Error, { discoveryKey: null, stream })
          else reports.coreFailed(err, core, stream)
        }
      },
      concurrency
    )
    for (const core of source) this.#watch(core)
    this.#unwatch = source.watch?.((core) => this.#watch(core))
    this.scanned = this.#scan()
    parts.events.on('attach', this.#attached)
  }

  /** The policies have changed. */
  policyChanged({ peer, core }: PolicyChange): void {
    for (const [record, link] of this.#links) {
      const gate = record.gate as PolicyGate | null
      if (gate === null || record.noise.remotePublicKey === null || !isSamePeer(peer, gate.peer)) continue
      if (core === undefined) link.review()
      else if (this.#find(core) !== -1) void link.reviewCore(this.#find(core))
    }
  }

  /** Other policies are in force on a stream. */
  narrowed(record: OpenStream): void {
    this.#links.get(record)?.review()
  }

  /** Mirrors over a stream, if its remote does too. */
  open(record: OpenStream): void {
    if (!this.#links.has(record)) this.#links.set(record, new MirrorLink(record, this))
  }

  /** A stream has closed, or is replicated no more. */
  leave(record: OpenStream): void {
    const link = this.#links.get(record)
    this.#links.delete(record)
    link?.close()
    this.moved()
  }

  close(): void {
    this.#isClosed = true
    this.#unwatch?.()
    this.#parts.events.off('attach', this.#attached)
    this.#parts.clock.clearTimeout(this.#timer)
    for (const core of this.#parts.source) this.#watched.get(core)?.()
    this.#leveller.close()
    for (const record of this.#links.keys()) this.leave(record)
    this.moved()
  }

  mayHave(record: OpenStream): ((slots: readonly number[]) => Promise<readonly boolean[]>) | null {
    const gate = record.gate as PolicyGate | null
    if (gate === null) return null
    return (slots) => Promise.all(slots.map((slot) => this.#isAllowed(slot, gate)))
  }

  want(slot: number, link: MirrorLink): void {
    this.#leveller.want(slot, link)
  }

  moved(): void {
    this.#leveller.look()
    this.#parts.reports.moved(null)
  }

  /** Whether nothing is known to differ from a peer, and nothing is to be found out. */
  isLevel(record: OpenStream): boolean {
    const link = this.#links.get(record)
    if (link === undefined) return true
    if (this.#isReading || this.#dirty.size > 0 || !link.isLevel) return false
    return link.isMirroring || !this.#leveller.asks(link)
  }

  /** @returns null = it does not mirror over this stream */
  view(record: OpenStream): LinkView | null {
    const link = this.#links.get(record)
    return link === undefined ? null : new LinkView(link, this.catalog)
  }

  limited(err: ReplicatorError, { record }: MirrorLink): void {
    this.#parts.reports.limited(err, null, record.stream)
  }

  /** @param core  a key or discovery key, or something that has one */
  #find(core: NonNullable<PolicyChange['core']>): number {
    if (!(core instanceof Uint8Array)) return this.catalog.find(core.discoveryKey!)
    const slot = this.catalog.find(core)
    return slot === -1 ? this.catalog.find(Hypercore.discoveryKey(core)) : slot
  }

  /** Whatever comes on this stream is open: a remote that does not mirror may have more of it. */
  readonly #attached = (core: InnerCore, stream: ProtocolStream): void => {
    for (const [record, link] of this.#links) {
      if (record.stream !== stream || link.isMirroring) continue
      const slot = this.catalog.find(core.discoveryKey)
      if (slot !== -1) link.offered(slot)
    }
  }

  #isAllowed(slot: number, gate: PolicyGate): Promise<boolean> {
    const [key, discoveryKey] = [this.catalog.key(slot).slice(), this.catalog.discoveryKey(slot).slice()]
    return gate.mayAnnounce({ key, discoveryKey })
  }

  async #scan(): Promise<void> {
    try {
      for await (const cores of this.#parts.stored.scan()) {
        if (this.#isClosed) return
        for (const core of cores) if (this.#passes(core)) this.catalog.set(core)
      }
    } catch (err) {
      this.#failed(err)
    }
  }

  #passes(core: StoredCopy): boolean {
    try {
      return this.#filter === undefined || this.#filter(core) === true
    } catch (err) {
      this.#failed(err, core.discoveryKey)
      return false
    }
  }

  #watch(core: InnerCore): void {
    const changed = (): void => this.#changed(core.discoveryKey)
    this.#watched.set(core, watchChanges(core, changed))
    core.opening.then(changed, noop) // it may be new
  }

  #changed(discoveryKey: Uint8Array): void {
    if (this.#isClosed || discoveryKey === null) return
    this.#dirty.set(b4a.toString(discoveryKey, 'hex'), discoveryKey)
    if (this.#isReading || this.#timer !== null) return
    const { clock } = this.#parts
    const wait = Math.max(0, this.#lastRead + NEWS_MS - clock.now())
    this.#timer = clock.setTimeout(() => void this.#read(), wait)
  }

  /** Reads what has changed, and tells of it. Never rejects. */
  async #read(): Promise<void> {
    this.#timer = null
    this.#isReading = true
    await this.scanned
    try {
      const keys = [...this.#dirty.values()].slice(0, CORES_PER_READ)
      for (const id of [...this.#dirty.keys()].slice(0, CORES_PER_READ)) this.#dirty.delete(id)
      const cores = this.#isClosed ? [] : await this.#parts.stored.read(keys)
      for (const [i, core] of cores.entries()) await this.#take(keys[i]!, core)
    } catch (err) {
      this.#failed(err)
    }
    for (const link of this.#links.values()) link.flush()
    this.#isReading = false
    this.#lastRead = this.#parts.clock.now()
    const [next] = this.#dirty.values()
    if (next !== undefined) this.#changed(next)
    else this.moved()
  }

  async #take(discoveryKey: Uint8Array, core: StoredCopy | null): Promise<void> {
    if (core === null || !this.#passes(core)) return this.#drop(discoveryKey)
    const { slot, before } = this.catalog.set(core)
    if (before !== null && this.catalog.isAt(slot, before)) return
    for (const link of this.#links.values()) {
      if (before !== null || (await this.#mayTell(slot, link))) link.changed(slot, before)
      if (!link.isMirroring && link.lacks(slot) && core.held < core.length) this.want(slot, link)
    }
    this.#leveller.moved(slot)
  }

  /** Whether the peer may know of a new core. */
  async #mayTell(slot: number, { record }: MirrorLink): Promise<boolean> {
    const mayHave = this.mayHave(record)
    return mayHave === null || (await mayHave([slot]))[0] === true
  }

  #drop(discoveryKey: Uint8Array): void {
    const slot = this.catalog.find(discoveryKey)
    if (slot === -1) return
    for (const link of this.#links.values()) link.forget(slot)
    this.catalog.delete(slot)
    this.#leveller.moved(slot)
  }

  #failed(err: unknown, discoveryKey: Uint8Array | null = null): void {
    if (this.#isClosed) return // the source may have closed first
    this.#parts.reports.tell('core-error', err as Error, { discoveryKey, stream: null })
  }
}

function noop(): void {}
