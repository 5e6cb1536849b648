import { Queue } from '@manycore/ground'
import type { Protomux } from '@manycore/hypercore-types'
import { ReplicatorError } from '../errors.js'
import type { OpenStream } from '../streams/stream-set.js'
import { joinMirrors } from '../wire/mirror/mirror-channel.js'
import type { Line, LineEvents, Seat } from '../wire/mirror/mirror-channel.js'
import { badMirror } from './bad-mirror.js'
import type { Catalog } from './cores/catalog.js'
import { HeldSlots } from './cores/held-slots.js'
import { Hopeless } from './cores/hopeless.js'
import { Elements } from './elements.js'
import { isDamage } from './indexes/damage.js'
import type { IndexUser, PeerIndex } from './indexes/peer-index.js'
import type { LinkHost } from './link-host.js'
import { Failures } from './pairs/failures.js'
import { Pair } from './pairs/pair.js'
import type { PairHost } from './pairs/pair-host.js'
import { Ways } from './pairs/ways.js'
import type { MirrorOptions } from './options.js'
import type { StoredCopy } from './stored-copies.js'
import type { Updates } from './updates.js'

/**
 * What we know of the other end of one stream: of each mirror there, which are several if several stores share the stream, or of one
 * that does not mirror, by what it has opened. Until it is known which it is, the link is *opening*.
 */
export class MirrorLink implements PairHost, IndexUser {
  readonly record: OpenStream
  readonly catalog: Catalog
  readonly updates: Updates
  readonly isLive: boolean
  /** What its stream narrows. */
  readonly narrowing: MirrorOptions
  readonly incoming: Queue = new Queue()
  readonly ways: Ways = new Ways()
  peer: PeerIndex | null = null
  readonly #host: LinkHost
  readonly seat: Seat
  /** Those that are not over. */
  readonly #pairs = new Map<Line, Pair>()
  readonly #failures: Failures
  #isOpening = true
  #exchanges = 0
  /** Who waits until the stream takes more. */
  #draining: (() => void)[] = []
  /** Of pairs that are over. */
  #done = 0
  #elements: Elements | null = null
  /** What a remote that does not mirror has opened itself. */
  readonly #offered: HeldSlots
  /** What could not be had. */
  readonly #hopeless: Hopeless

  constructor(record: OpenStream, host: LinkHost) {
    this.record = record
    this.narrowing = typeof record.mirror === 'object' ? (record.mirror ?? {}) : {}
    this.catalog = host.catalog
    this.updates = host.updates
    this.isLive = host.isLive && this.narrowing.live !== false
    this.#host = host
    this.#failures = new Failures(host.clock, () => this.lost())
    this.#offered = new HeldSlots(host.catalog)
    this.#hopeless = new Hopeless(host.catalog, host.clock, (slots) => {
      host.readmit(this)
      for (const slot of slots) this.retry(slot, true)
    })
    this.seat = joinMirrors(record.mux, {
      meet: (line, instead) => this.#meet(line, instead),
      open: () => this.#opened(),
      drain: () => this.#drained(),
      close: () => this.#closed(),
      failed: (err) => this.failed(err, null)
    })
  }

  get elements(): Elements {
    const { publicKey, remotePublicKey } = this.record.noise
    return (this.#elements ??= new Elements(publicKey!, remotePublicKey!))
  }

  /** Whether there is a mirror at the other end that is compared, or to be. */
  get isMirroring(): boolean {
    return this.#pairs.size > 0
  }

  /** Why not all mirrors can be compared; null = they can. */
  get lastError(): Error | null {
    return this.#failures.error
  }

  /** Whether it is not known yet whether the remote mirrors, or what differs. */
  get isComparing(): boolean {
    if (this.#isOpening || this.lastError !== null) return true
    return [...this.#pairs.values()].some(({ isComparing }) => isComparing)
  }

  /** Whether it is known that nothing differs, or that the remote does not mirror. */
  get isLevel(): boolean {
    return !this.isComparing && [...this.#pairs.values()].every(({ isLevel }) => isLevel)
  }

  /** How many times a core that differed has become level. */
  get done(): number {
    return [...this.#pairs.values()].reduce((sum, { done }) => sum + done, this.#done)
  }

  /** The cores that one side lacks something of, with what the remote has said of them; null = nothing yet. O(what differs). */
  differing(): ReadonlyMap<number, Uint8Array | null> {
    return new Map([...this.#pairs.values()].toReversed().flatMap((pair) => [...pair.differing()]))
  }

  /**
   * Whether the remote has of a core what we lack, and we could not find out yet that it is not to be had. Of a remote that does
   * not mirror it is not known: if it has opened a core, it may have more.
   * @param ours  the state of our copy, if it may be another one than was read last
   */
  lacks(slot: number, ours: Uint8Array = this.catalog.state(slot)): boolean {
    if (this.#hopeless.has(slot)) return false
    if (!this.isMirroring) return this.#offered.has(slot)
    return [...this.#pairs.values()].some((pair) => pair.claim(slot, ours) !== null)
  }

  /** Where a core is to be attached for what we lack, each with what is said to be there: lanes, if the stream has other stores. */
  claims(slot: number): Map<Protomux, Uint8Array | null> {
    const having = [...this.#pairs].filter(([, pair]) => pair.claim(slot) !== null)
    const isShared = having.some(([, pair]) => pair.isShared)
    if (!isShared) return new Map([[this.record.mux, having[0]?.[1].claim(slot) ?? null]])
    return new Map(having.map(([line, pair]) => [this.#host.lanes.of(line), pair.claim(slot)]))
  }

  /** What the remote has of a core could not be had. It is tried again once either copy changes, and after a while. */
  giveUp(slot: number): void {
    if (this.lacks(slot)) this.#hopeless.add(slot)
    this.moved()
  }

  /** The remote has brought something. */
  brought(): void {
    this.#hopeless.ease()
  }

  /** The remote has opened a core that we mirror. If it does not mirror, it has no other way to tell of it. */
  offered(slot: number): void {
    this.#offered.add(slot)
    this.retry(slot)
  }

  /** What could not be had may be there now. @param isAgain  only time has passed; otherwise one of the copies has changed */
  retry(slot: number, isAgain: boolean = false): void {
    this.#hopeless.delete(slot)
    if (this.lacks(slot) && (this.isMirroring || !this.catalog.isWhole(slot)))
      this.#host.want(slot, this, isAgain)
  }

  /** The policies have changed, or there are others: what is known of what the peer may have counts no more. */
  review(): void {
    if (this.peer !== null) this.lost()
  }

  lost(): void {
    this.#leavePeer()
    this.ways.clear()
    this.#failures.delete(null)
    this.#isOpening = true // until it is known who is there
    this.seat.renew()
    this.moved()
  }

  /** The policies have changed about one core. Until they have answered, the peer sees nothing of it. */
  reviewCore(discoveryKey: Uint8Array): void {
    const { peer } = this
    if (peer === null || this.#host.mayHave(this.record) === null) return
    const slot = this.catalog.find(discoveryKey)
    if (slot !== -1) for (const pair of this.#pairs.values()) pair.forget(slot)
    this.updates.review(peer, discoveryKey).catch((err: Error) => {
      if (this.peer === peer) this.failed(err, null) // otherwise all has begun anew since
    })
  }

  changed(core: StoredCopy, isNew: boolean): void {
    const id = this.elements.idOf(core.key).slice()
    for (const pair of this.#pairs.values()) pair.changed(core, id, isNew)
    this.moved()
  }

  left(id: Uint8Array, discoveryKey: Uint8Array): void {
    const slot = this.catalog.find(discoveryKey)
    if (slot !== -1) for (const pair of this.#pairs.values()) pair.forget(slot)
    for (const pair of this.#pairs.values()) pair.left(id)
    this.flush()
  }

  /** Called before a core leaves the catalog. */
  forget(slot: number): void {
    this.#hopeless.delete(slot)
    this.#offered.delete(slot)
    for (const pair of this.#pairs.values()) pair.forget(slot)
    this.moved()
  }

  /** Tells the remote what it is to be told, as far as the stream takes it. */
  flush(): void {
    for (const pair of this.#pairs.values()) pair.flush()
  }

  close(): void {
    this.#failures.close()
    this.seat.leave()
    this.#closed()
    this.#offered.clear()
    this.#hopeless.clear()
    this.#leavePeer()
  }

  /** The index stays as long as the stream: to begin anew again and again costs us nothing. */
  async prepare(): Promise<PeerIndex> {
    const { elements, record, narrowing } = this
    this.peer ??= this.updates.indexes.open(elements, this.#host.mayHave(record), narrowing.filter, this)
    const { peer } = this
    try {
      await peer.ready
      return peer
    } catch (err) {
      if (this.peer === peer) this.#leavePeer()
      throw err
    }
  }

  moved(): void {
    if (!this.isComparing) this.#failures.settle()
    this.#host.moved(this)
  }

  over(line: Line, reason: Error | null): void {
    this.#drop(line)
    if (reason !== null) this.#failures.add(line, reason, false)
    this.moved()
  }

  drained(): Promise<void> {
    return new Promise((resolve) => this.#draining.push(resolve))
  }

  /** What is kept for the peer may be damaged: then it is made anew, and we begin again. */
  mend(err: Error): boolean {
    if (this.peer === null || !isDamage(err)) return false
    void this.updates.indexes.drop(this.peer).catch((cause: Error) => this.failed(cause, null))
    return true
  }

  failed(cause: Error, line: Line | null): void {
    const err = cause instanceof ReplicatorError ? cause : badMirror(cause.message, cause)
    if (line !== null) this.#drop(line)
    this.#failures.add(line, err, true)
    this.moved()
    this.#host.limited(err, this)
  }

  #leavePeer(): void {
    const { peer } = this
    this.peer = null
    if (peer !== null) this.updates.indexes.leave(peer, this)
  }

  #meet(line: Line, instead: Line | null): LineEvents {
    if (instead !== null) this.#drop(instead)
    const pair = new Pair(line, this, this.#exchanges++ === 0)
    this.#pairs.set(line, pair)
    this.#host.lanes.open(this.record, line)
    this.moved()
    return pair
  }

  #opened(): void {
    this.#isOpening = false
    this.moved()
  }

  #closed(): void {
    this.#isOpening = false
    this.#failures.clear()
    for (const line of this.#pairs.keys()) this.#drop(line)
    this.#drained()
    this.moved()
  }

  #drained(): void {
    for (const resolve of this.#draining.splice(0)) resolve()
    this.flush()
  }

  #drop(line: Line): void {
    const pair = this.#pairs.get(line)
    this.#done += pair?.done ?? 0
    pair?.end()
    this.#pairs.delete(line)
    this.#failures.delete(line)
    this.#host.lanes.close(this.record, line)
  }
}
