import type { Difference, Reconciler } from '@manycore/reconcile'
import { NEWS_PER_MESSAGE } from './defaults.js'
import { ReplicatorError } from '../errors.js'
import type { OpenStream } from '../streams/stream-set.js'
import { MirrorChannel } from '../wire/mirror/mirror-channel.js'
import { MirrorAccount } from './account.js'
import { badMirror } from './bad-mirror.js'
import { Differing } from './cores/differing.js'
import { Elements, ID_BYTES, joinNews, splitNews } from './elements.js'
import { Incoming } from './incoming.js'
import type { LinkHost } from './link-host.js'
import { HeldSlots } from './cores/held-slots.js'
import { IdSet } from './cores/id-set.js'
import { isDamage } from './indexes/peer-index.js'
import type { IndexUser, PeerIndex } from './indexes/peer-index.js'
import { lacks } from './state.js'
import type { StoredCopy } from './stored-copies.js'

/**
 * What we know of the mirror at the other end of one stream. Its states: *opening* (it is not known whether there is one), *idle*
 * (there is none), *comparing* (it is being found out what differs), *compared* (each tells the other of what changes).
 */
export class MirrorLink implements IndexUser {
  readonly record: OpenStream
  readonly #host: LinkHost
  readonly #channel: MirrorChannel
  readonly #incoming = new Incoming()
  peer: PeerIndex | null = null
  /** The exchange with the remote; null = there is none. */
  #exchange: Reconciler | null = null
  readonly #account: MirrorAccount
  state: 'opening' | 'idle' | 'comparing' | 'compared' = 'opening'
  #isReopening = false
  #ready: Promise<void> = Promise.resolve()
  /** What a remote that does not mirror has opened itself. */
  readonly #offered: HeldSlots
  readonly differing: Differing
  /** What is to be told. */
  readonly #untold: HeldSlots
  /**
   * The ids of the cores whose state, as it is now, the remote has been told. Who hears of a core answers with its own state, unless
   * it has told that: so both come to know what both have, even of a core that changed while it was compared, and nobody answers
   * twice.
   */
  readonly #told = new IdSet()

  constructor(record: OpenStream, host: LinkHost) {
    this.record = record
    this.#host = host
    this.#account = new MirrorAccount(record.mux)
    this.#offered = new HeldSlots(host.catalog)
    this.differing = new Differing(host.catalog)
    this.#untold = new HeldSlots(host.catalog)
    this.#channel = new MirrorChannel(record.mux, {
      open: () => this.#begin(),
      frame: (bytes) => this.#receive(bytes, (frame) => this.#compare(frame)),
      news: (bytes) => this.#receive(bytes, (news) => this.#hear(news)),
      drain: () => this.flush(),
      close: () => this.#end()
    })
  }

  /** Whether the remote mirrors as well. */
  get isMirroring(): boolean {
    return this.state === 'comparing' || this.state === 'compared'
  }

  /** Whether it is known that nothing differs, or that the remote does not mirror. */
  get isLevel(): boolean {
    return this.state === 'idle' || (this.state === 'compared' && this.differing.size === 0)
  }

  /**
   * Whether the remote has of a core what we lack, and we could not find out yet that it is not to be had. Of a remote that does
   * not mirror it is not known: if it has opened a core, it may have more.
   */
  lacks(slot: number): boolean {
    if (this.differing.isHopeless(slot)) return false
    if (!this.isMirroring) return this.#offered.has(slot)
    const theirs = this.differing.theirs(slot)
    return theirs !== null && lacks(this.#host.catalog.state(slot), theirs)
  }

  /** What the remote has of a core could not be had. It is tried again once either copy changes. */
  giveUp(slot: number): void {
    if (this.differing.has(slot) || this.#offered.has(slot)) this.differing.giveUp(slot)
    this.#host.moved(this)
  }

  /** The remote has opened a core that we mirror. If it does not mirror, it has no other way to tell of it. */
  offered(slot: number): void {
    this.#offered.add(slot)
    this.differing.retry(slot)
    if (this.lacks(slot) && !this.#host.catalog.isWhole(slot)) this.#host.want(slot, this)
  }

  /** A core has changed: what could not be had may be there now. */
  retry(slot: number): void {
    this.differing.retry(slot)
  }

  /** The policies have changed, or there are others: what is known of what the peer may have counts no more. */
  review(): void {
    if (this.peer !== null) this.lost()
  }

  lost(): void {
    this.#leavePeer()
    this.#isReopening = true // and not level meanwhile
    this.#channel.reopen()
    this.#isReopening = false
    this.state = 'opening'
    this.#host.moved(this)
  }

  /** The policies have changed about one core. Until they have answered, the peer sees nothing of it. */
  reviewCore(discoveryKey: Uint8Array): void {
    const peer = this.peer
    if (peer === null || this.#host.mayHave(this.record) === null) return
    const slot = this.#host.catalog.find(discoveryKey)
    if (slot !== -1) this.forget(slot)
    this.#host.updates.review(peer, discoveryKey).catch((err: Error) => this.#fail(err))
  }

  /** Called once the index has taken a change. */
  changed(core: StoredCopy, isNew: boolean): void {
    if (!this.isMirroring) return
    const { catalog } = this.#host
    const id = this.peer!.elements.idOf(core.key).slice()
    this.#told.delete(id)
    if (isNew)
      this.differing.absent.add(id) // as far as we know
    else if (this.differing.absent.has(id)) return
    const slot = catalog.take(core)
    this.differing.retry(slot) // while it is compared, too: what has been compared is not looked at again
    if (this.state === 'comparing' || this.#host.isLive || this.differing.has(slot) || isNew) {
      if (!isNew) this.differing.set(slot, catalog.state(slot), this.differing.theirs(slot))
      this.#untold.add(slot)
      this.#host.moved(this)
    }
    catalog.release(slot)
  }

  /** Called before a core leaves the catalog. */
  forget(slot: number): void {
    if (this.peer !== null) {
      const id = this.peer.elements.idOf(this.#host.catalog.key(slot))
      this.differing.absent.delete(id)
      this.#told.delete(id)
    }
    this.#offered.delete(slot)
    this.differing.delete(slot)
    this.#untold.delete(slot)
    this.#host.moved(this)
  }

  /** Tells the remote what it is to be told, as far as the stream takes it. */
  flush(): void {
    const { catalog } = this.#host
    while (this.state === 'compared' && this.#untold.size > 0) {
      const { elements } = this.peer!
      const news: Uint8Array[] = []
      for (const slot of this.#untold) {
        news.push(elements.seal(catalog.key(slot), catalog.state(slot)))
        this.#told.add(elements.idOf(catalog.key(slot)))
        this.#untold.delete(slot)
        if (news.length === NEWS_PER_MESSAGE) break
      }
      if (!this.#channel.sendNews(joinNews(news))) return
    }
  }

  close(): void {
    this.#channel.close()
    this.#end()
    this.#offered.clear()
    this.#leavePeer()
  }

  #leavePeer(): void {
    const peer = this.peer
    this.peer = null
    if (peer !== null) this.#host.updates.indexes.leave(peer, this)
  }

  #begin(): void {
    this.state = 'comparing'
    this.#account.begin()
    this.#ready = this.#prepare().catch((err: Error) => this.#failed(err))
  }

  /** The index stays when the channel closes: to open it again and again costs us nothing. */
  async #prepare(): Promise<void> {
    const { noise } = this.record
    const elements = new Elements(noise.publicKey!, noise.remotePublicKey!)
    this.peer ??= this.#host.updates.indexes.open(elements, this.#host.mayHave(this.record), this)
    const peer = this.peer
    try {
      await peer.ready
    } catch (err) {
      if (this.peer !== peer) return
      this.#leavePeer()
      throw err
    }
    if (this.state !== 'comparing' || this.peer !== peer) return // it has begun anew
    this.#exchange = peer.compare()
    if (noise.isInitiator) this.#channel.sendFrame(await this.#exchange.initiate())
  }

  /** What comes is worked on in order. @throws TOO_MUCH_WORK only: Protomux ends the stream then */
  async #receive(bytes: Uint8Array, work: (bytes: Uint8Array) => Promise<void> | void): Promise<void> {
    const peer = this.peer
    try {
      await this.#incoming.add(bytes, async () => {
        await this.#ready
        if (this.isMirroring) await work(bytes)
      })
      this.flush()
    } catch (err) {
      if (err instanceof ReplicatorError && err.code !== 'BAD_MIRROR') throw err
      if (this.peer === peer) this.#failed(err as Error)
    }
  }

  async #compare(bytes: Uint8Array): Promise<void> {
    this.#account.frame(bytes.byteLength)
    const { reply, differences, isDone } = await this.#exchange!.receive(bytes)
    await this.#differ(differences)
    if (reply !== null) this.#channel.sendFrame(reply)
    if (!isDone) return
    this.state = 'compared'
    this.#account.told(this.differing.size)
    for (const slot of this.differing.slots()) this.#untold.add(slot)
    this.#host.moved(this)
  }

  async #differ(differences: readonly Difference[]): Promise<void> {
    const here = differences.filter(({ ours }) => ours !== null)
    for (const { id, theirs } of here) if (theirs === null) this.differing.absent.add(id)
    const both = here.filter(({ theirs }) => theirs !== null).map(({ id }) => id)
    await this.#forEach(both, (slot) => {
      this.differing.set(slot, this.#host.catalog.state(slot), null)
      this.#account.owes(1)
    })
  }

  #forEach(ids: readonly Uint8Array[], fn: (slot: number, i: number) => void): Promise<void> {
    const peer = this.peer!
    const isUsed = (): boolean => this.peer === peer && this.isMirroring
    return this.#host.updates.forEach(peer, ids, (slot, i) => isUsed() && fn(slot, i))
  }

  async #hear(bytes: Uint8Array): Promise<void> {
    if (this.#exchange === null) throw badMirror('news before anything was compared')
    const { elements } = this.peer!
    const news = [...splitNews(bytes)]
    this.#account.news(news.length)
    const ids = news.map((each) => each.slice(0, ID_BYTES))
    await this.#forEach(ids, (slot, i) => {
      const theirs = elements.open(this.#host.catalog.key(slot), news[i]!)
      if (theirs !== null) this.#heard(slot, theirs)
    })
    this.#host.moved(this)
  }

  #heard(slot: number, theirs: Uint8Array): void {
    const { catalog } = this.#host
    const id = this.peer!.elements.idOf(catalog.key(slot)).slice()
    if (this.differing.absent.has(id)) this.#told.delete(id) // it was told for nothing
    this.differing.absent.delete(id)
    this.differing.retry(slot)
    this.differing.set(slot, catalog.state(slot), theirs)
    if (!this.#told.has(id)) this.#untold.add(slot)
    if (this.lacks(slot)) this.#host.want(slot, this)
  }

  #end(): void {
    this.state = this.#isReopening ? 'opening' : 'idle'
    this.#exchange = null
    this.differing.clear()
    this.#untold.clear()
    this.#told.clear()
    this.#host.moved(this)
  }

  /** What is kept for the peer may be damaged: then it is made anew, and we begin again. */
  #failed(err: Error): void {
    if (this.peer !== null && isDamage(err))
      void this.#host.updates.indexes.drop(this.peer).catch(() => this.#fail(err))
    else this.#fail(err)
  }

  /** The stream goes on without. */
  #fail(cause: Error): void {
    if (!this.isMirroring) return
    this.#channel.close()
    this.#host.limited(cause instanceof ReplicatorError ? cause : badMirror(cause.message, cause), this)
  }
}
