import b4a from 'b4a'
import { Queue, laterTurn } from '@manycore/ground'
import type { Difference, Received, Reconciler } from '@manycore/reconcile'
import { ReplicatorError } from '../../errors.js'
import type { Line, LineEvents } from '../../wire/mirror/mirror-channel.js'
import { MirrorAccount } from '../account.js'
import { badMirror } from '../bad-mirror.js'
import { Differing } from '../cores/differing.js'
import { HeldSlots } from '../cores/held-slots.js'
import { IdSet } from '../cores/id-set.js'
import { NEWS_PER_MESSAGE, UNREAD_IDS } from '../defaults.js'
import { ID_BYTES, NEWS_BYTES, joinNews, splitIds, splitNews } from '../elements.js'
import type { PeerIndex } from '../indexes/peer-index.js'
import { STATE_BYTES, lacks } from '../state.js'
import type { StoredCopy } from '../stored-copies.js'
import type { PairHost } from './pair-host.js'
import { ASKS, SHARES, Ways } from './ways.js'

/** One frame of all streams of the process at a time, since there is one event loop. */
const comparing = new Queue()

/** What comes of a frame of a pair that is over. */
const NOTHING: Received = { reply: null, differences: [], isDone: false }

/**
 * A mirror here and one at the other end of a stream. They *compare*, and have *compared* as soon as each knows what differs; from
 * then on each tells the other of what changes, until it is *over*.
 */
export class Pair implements LineEvents {
  readonly #line: Line
  readonly #host: PairHost
  readonly #account: MirrorAccount
  readonly #ready: Promise<void>
  #peer: PeerIndex | null = null
  #exchange: Reconciler | null = null
  #state: 'comparing' | 'compared' | 'over' = 'comparing'
  readonly #differing: Differing
  readonly #theirWays = new Ways()
  readonly #untold: HeldSlots
  #isRemoteShared = false
  /** The ids of what we do not have, to be told. */
  readonly #gone: Uint8Array[] = []
  /**
   * The ids of the cores whose state, as it is now, the remote has been told. Who hears of a core answers with its own, unless it has
   * told that, or has taken both to be the same: so both come to know what both have, even of a core that changes meanwhile.
   */
  readonly #told = new IdSet()
  /** The ids of the cores that are new here, of which the remote has not answered yet whether it has them, too. */
  readonly #asked = new IdSet()

  constructor(line: Line, host: PairHost, isFirst: boolean) {
    this.#line = line
    this.#host = host
    this.#account = new MirrorAccount(host.record.mux, isFirst)
    this.#differing = new Differing(host.catalog)
    this.#untold = new HeldSlots(host.catalog)
    this.#ready = this.#prepare().catch((err: Error) => this.#fail(err))
  }

  /** Whether other stores share the stream, as far as either end knows. */
  get isShared(): boolean {
    return this.#host.seat.isShared || this.#isRemoteShared
  }

  get isOver(): boolean {
    return this.#state === 'over'
  }

  get isComparing(): boolean {
    return this.#state === 'comparing'
  }

  get done(): number {
    return this.#differing.done
  }

  /** The cores that one side lacks something of, with what the remote has said of them; null = nothing yet. */
  *differing(): Generator<[number, Uint8Array | null], void, undefined> {
    for (const slot of this.#differing.slots()) {
      if (this.#isAwaited(slot)) yield [slot, this.#differing.theirs(slot)]
    }
  }

  get isLevel(): boolean {
    return this.#state === 'compared' && this.#asked.size === 0 && this.differing().next().done === true
  }

  /** What the remote says that it has of a core, if it has what we lack and may have; null = it has not. */
  claim(slot: number, ours: Uint8Array = this.#host.catalog.state(slot)): Uint8Array | null {
    const theirs = this.#differing.theirs(slot)
    return theirs !== null && lacks(ours, theirs) && this.#may(slot)[0] ? theirs : null
  }

  /** Called once the index has taken a change. @param isNew  it was not in the index before */
  changed(core: StoredCopy, id: Uint8Array, isNew: boolean): void {
    this.#told.delete(id)
    if (this.isOver) return
    if (isNew)
      this.#differing.absent.add(id) // as far as we know
    else if (this.#differing.absent.has(id)) return
    const { catalog, isLive } = this.#host
    const slot = catalog.take(core)
    // While it is compared, too: what has been compared is not looked at again.
    if (this.isComparing || isLive || this.#differing.has(slot)) {
      if (isNew) this.#asked.add(id)
      else this.#differing.set(slot, catalog.state(slot), this.#differing.theirs(slot))
      this.#untold.add(slot)
    }
    catalog.release(slot)
  }

  /** Called once a core has left the index. */
  left(id: Uint8Array): void {
    this.#differing.absent.delete(id)
    this.#told.delete(id)
    this.#asked.delete(id)
    this.#theirWays.delete(id)
    if (!this.isOver) this.#gone.push(id)
  }

  forget(slot: number): void {
    this.#differing.delete(slot)
    this.#untold.delete(slot)
  }

  /** Tells the remote what it is to be told, as far as the stream takes it. */
  flush(): void {
    const { catalog, elements, ways } = this.#host
    while (this.#state === 'compared' && this.#gone.length > 0 && this.#line.isDrained) {
      this.#line.sendGone(joinNews(this.#gone.splice(0, NEWS_PER_MESSAGE)))
    }
    while (this.#state === 'compared' && this.#untold.size > 0 && this.#line.isDrained) {
      const news: Uint8Array[] = []
      for (const slot of this.#untold) {
        const id = this.#idOf(slot)
        const shares = this.#host.seat.isShared ? SHARES : 0
        const asks = this.#differing.isUnknown(slot) || this.#differing.absent.has(id) ? ASKS : 0
        news.push(elements.seal(catalog.key(slot), catalog.state(slot), ways.of(id) | asks | shares))
        this.#told.add(id)
        this.#untold.delete(slot)
        if (news.length === NEWS_PER_MESSAGE) break
      }
      this.#line.sendNews(joinNews(news))
    }
  }

  async frame(bytes: Uint8Array): Promise<void> {
    if (this.isOver) return
    this.#account.frame(bytes.byteLength)
    await this.#receive(() => this.#compare(bytes))
  }

  async news(bytes: Uint8Array): Promise<void> {
    if (this.isOver) return
    this.#account.came(Math.ceil(bytes.byteLength / NEWS_BYTES))
    await this.#receive(() => this.#hear(bytes))
  }

  async gone(bytes: Uint8Array): Promise<void> {
    if (this.isOver) return
    this.#account.came(Math.ceil(bytes.byteLength / ID_BYTES))
    await this.#receive(() => this.#lose(bytes))
  }

  over(reason: Error | null): void {
    this.end()
    this.#host.over(this.#line, reason)
  }

  end(): void {
    this.#state = 'over'
    this.#exchange = null
    this.#differing.clear()
    this.#untold.clear()
    this.#asked.clear()
    this.#gone.length = 0
  }

  async #prepare(): Promise<void> {
    const peer = await this.#host.prepare()
    if (this.isOver) return
    this.#peer = peer
    this.#exchange = peer.compare()
    if (this.#host.record.noise.isInitiator) this.#line.sendFrame(await this.#exchange.initiate())
  }

  /** What comes is worked on in order. @throws TOO_MUCH_WORK only: Protomux ends the stream then */
  async #receive(work: () => Promise<void>): Promise<void> {
    try {
      await this.#host.incoming.run(async () => {
        await this.#ready
        if (!this.isOver) await work()
      })
      this.flush()
    } catch (err) {
      if (err instanceof ReplicatorError && err.code !== 'BAD_MIRROR') throw err
      this.#fail(err as Error)
    }
  }

  async #compare(bytes: Uint8Array): Promise<void> {
    const { reply, differences, isDone } = await comparing.run(async () => {
      await laterTurn() // what is in memory is answered at once, and there may be many small frames
      return this.#exchange?.receive(bytes) ?? NOTHING
    })
    await this.#differ(differences)
    if (this.isOver) return
    if (reply !== null) this.#account.answered(reply.byteLength)
    // One that is honest sends no more before it has our answer.
    if (reply !== null && !this.#line.sendFrame(reply)) await this.#host.drained()
    if (!isDone || this.isOver) return
    this.#state = 'compared'
    this.#account.told(this.#differing.size)
    for (const slot of this.#differing.slots()) this.#untold.add(slot)
    this.#host.moved()
  }

  async #differ(differences: readonly Difference[]): Promise<void> {
    const here = differences.filter(({ ours }) => ours !== null)
    for (const { id, theirs } of here) if (theirs === null) this.#differing.absent.add(id)
    const both = here.filter(({ theirs }) => theirs !== null).map(({ id }) => id)
    await this.#forEach(both, (slot) => {
      this.#differing.set(slot, this.#host.catalog.state(slot), null)
      this.#account.owes(1)
    })
  }

  #forEach(ids: readonly Uint8Array[], fn: (slot: number, i: number) => void): Promise<void> {
    return this.#host.updates.forEach(this.#peer!, ids, (slot, i) => this.isOver || fn(slot, i))
  }

  async #hear(bytes: Uint8Array): Promise<void> {
    if (this.#exchange === null) throw badMirror('news before anything was compared')
    const news = [...splitNews(bytes)]
    this.#account.news(news.length)
    const ids = news.map((each) => each.slice(0, ID_BYTES))
    const unknown = new Set(ids)
    await this.#forEach(ids, (slot, i) => {
      unknown.delete(ids[i]!)
      const theirs = this.#host.elements.open(this.#host.catalog.key(slot), news[i]!)
      if (theirs !== null) this.#heard(slot, theirs)
    })
    this.#gone.push(...unknown) // or not for the remote: it looks the same
    if (this.#gone.length > UNREAD_IDS) throw badMirror('what is answered to its news is not read')
    this.#host.moved()
  }

  #heard(slot: number, theirs: Uint8Array): void {
    const id = this.#idOf(slot)
    this.#isRemoteShared = (theirs[STATE_BYTES]! & SHARES) !== 0
    const wasAbsent = this.#differing.absent.delete(id)
    this.#asked.delete(id)
    this.#theirWays.note(id, theirs[STATE_BYTES]!)
    const before = this.#differing.theirs(slot)
    this.#differing.set(slot, this.#host.catalog.state(slot), theirs)
    if ((theirs[STATE_BYTES]! & ASKS) !== 0 || wasAbsent || !this.#told.has(id)) this.#untold.add(slot)
    if (before === null || !b4a.equals(before, theirs)) this.#host.retry(slot)
  }

  async #lose(bytes: Uint8Array): Promise<void> {
    if (this.#exchange === null) throw badMirror('ids before anything was compared')
    const ids = splitIds(bytes)
    for (const id of ids) this.#asked.delete(id)
    let answers = 0
    await this.#forEach(ids, (slot, i) => {
      if (this.#told.delete(ids[i]!)) answers++
      this.#differing.absent.add(ids[i]!)
      this.#differing.delete(slot)
    })
    this.#account.news(ids.length - answers)
    this.#host.moved()
  }

  #idOf(slot: number): Uint8Array {
    return this.#host.elements.idOf(this.#host.catalog.key(slot)).slice()
  }

  /** Whether one side lacks of a core what it may have, or that is not known yet. */
  #isAwaited(slot: number): boolean {
    const [theirs, ours] = [this.#differing.theirs(slot), this.#host.catalog.state(slot)]
    const [mayTake, mayGive] = this.#may(slot)
    if (theirs === null) return mayTake || mayGive
    return (mayTake && lacks(ours, theirs)) || (mayGive && lacks(theirs, ours))
  }

  #may(slot: number): readonly [take: boolean, give: boolean] {
    const [ours, theirs] = [this.#host.ways, this.#theirWays]
    if (ours.isOpen && theirs.isOpen) return [true, true]
    const id = this.#idOf(slot)
    return [ours.takes(id) && theirs.gives(id), ours.gives(id) && theirs.takes(id)]
  }

  /** The stream goes on without, unless it can be mended. */
  #fail(cause: Error): void {
    if (this.isOver || this.#host.mend(cause)) return
    this.#line.part()
    this.end()
    this.#host.failed(cause, this.#line)
  }
}
