import { Queue } from '@manycore/ground'
import { Reconciler } from '@manycore/reconcile'
import type { Difference } from '@manycore/reconcile'
import { MIRROR_FRAME_BYTES, NEWS_PER_MESSAGE, QUEUED_BYTES, ROUNDS_PER_CORE } from './defaults.js'
import { ReplicatorError } from '../errors.js'
import type { OpenStream } from '../streams/stream-set.js'
import { COMPARED_BYTE, NEWS } from '../wire/costs.js'
import { MirrorChannel } from '../wire/mirror/mirror-channel.js'
import { workOf } from '../wire/pairing.js'
import { badMirror } from './bad-mirror.js'
import type { Catalog } from './catalog.js'
import { Differing } from './differing.js'
import { Elements, ID_BYTES, joinNews, splitNews } from './elements.js'
import { PeerIndex } from './peer-index.js'
import { SlotSet } from './slot-set.js'
import { lacks } from './state.js'

/** What the links of all streams share: what they are told, and what becomes of it. */
export interface LinkHost {
  readonly catalog: Catalog
  /** Resolves once the catalog has all that is stored. */
  readonly scanned: Promise<void>
  /** Whether changes are told as they come. */
  readonly isLive: boolean
  /** Whether the remote of a stream may have some cores; null = all. */
  mayHave(record: OpenStream): ((slots: readonly number[]) => Promise<readonly boolean[]>) | null
  /** The remote has of a core what we lack. */
  want(slot: number, link: MirrorLink): void
  /** What differs between us and a peer has changed. */
  moved(link: MirrorLink): void
  limited(err: ReplicatorError, link: MirrorLink): void
}

/**
 * What we know of the mirror at the other end of one stream. Its states: *opening* (it is not known whether there is one), *idle*
 * (there is none), *comparing* (it is being found out what differs), *compared* (each tells the other of what changes).
 */
export class MirrorLink {
  readonly record: OpenStream
  readonly #host: LinkHost
  readonly #channel: MirrorChannel
  readonly #messages = new Queue()
  #queuedBytes = 0
  #elements!: Elements
  peer: PeerIndex | null = null
  /** The exchange with the remote; null = there is none. */
  #exchange: Reconciler | null = null
  #exchanges = 0
  state: 'opening' | 'idle' | 'comparing' | 'compared' = 'opening'
  #ready: Promise<void> = Promise.resolve()
  #filled: Promise<void> = Promise.resolve()
  /** What a remote that does not mirror has opened itself. */
  readonly #offered = new SlotSet()
  readonly differing: Differing = new Differing()
  /** News that the remote owes us for what was found to differ: they cost it nothing. */
  #owed = 0
  /** What is to be told. */
  readonly #untold = new Set<number>()
  /**
   * The cores whose state, as it is now, the remote has been told. Who hears of a core answers with its own, unless it has told
   * that: so both come to know what both have, even of one that changed while it was compared.
   */
  readonly #told = new SlotSet()

  constructor(record: OpenStream, host: LinkHost) {
    this.record = record
    this.#host = host
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
    this.differing.giveUp(slot)
    this.#host.moved(this)
  }

  /** The remote has opened a core that we mirror. If it does not mirror, it has no other way to tell of it. */
  offered(slot: number): void {
    this.#offered.add(slot)
    this.differing.retry(slot)
    if (this.lacks(slot)) this.#host.want(slot, this)
  }

  /** The policies have changed, or there are others: what is known of what the peer may have counts no more. */
  review(): void {
    if (this.peer === null) return
    this.peer = null
    this.#channel.reopen()
    this.state = 'opening'
    this.#host.moved(this)
  }

  /** The same for one core. Until the policies have answered, the peer sees nothing of it. */
  async reviewCore(slot: number): Promise<void> {
    const peer = this.peer
    const mayHave = this.#host.mayHave(this.record)
    if (peer === null || mayHave === null) return
    this.forget(slot)
    const key = this.#host.catalog.discoveryKey(slot).slice()
    const [isAllowed] = await mayHave([slot])
    if (isAllowed !== true || this.peer !== peer || this.#host.catalog.find(key) !== slot) return
    this.changed(slot, null)
    this.flush()
  }

  /** A core has changed, or, if `before` is null, is new to the peer. */
  changed(slot: number, before: Uint8Array | null): void {
    if (!this.isMirroring && this.#offered.has(slot)) this.differing.retry(slot)
    if (this.peer === null || (before !== null && !this.peer.has(slot))) return
    this.peer.set(slot)
    this.#told.delete(slot)
    if (!this.isMirroring) return
    this.differing.retry(slot) // while it is compared, too: what has been compared is not looked at again
    if (before === null)
      this.differing.absent.add(slot) // as far as we know
    else {
      if (this.differing.absent.has(slot)) return
      const theirs = this.differing.has(slot) ? this.differing.theirs(slot) : before
      if (this.state === 'compared' && !this.#host.isLive && !this.differing.has(slot)) return
      this.differing.set(slot, this.#host.catalog.state(slot), theirs)
    }
    this.#untold.add(slot)
    this.#host.moved(this)
  }

  /** Called before a core leaves the catalog. */
  forget(slot: number): void {
    this.peer?.delete(slot)
    this.#offered.delete(slot)
    this.differing.absent.delete(slot)
    this.differing.delete(slot)
    this.#untold.delete(slot)
    this.#told.delete(slot)
    this.#host.moved(this)
  }

  /** Tells the remote what it is to be told, as far as the stream takes it. */
  flush(): void {
    const { catalog } = this.#host
    while (this.state === 'compared' && this.#untold.size > 0) {
      const news: Uint8Array[] = []
      for (const slot of this.#untold) {
        this.#untold.delete(slot)
        news.push(this.#elements.seal(catalog.key(slot), catalog.state(slot)))
        this.#told.add(slot)
        if (news.length === NEWS_PER_MESSAGE) break
      }
      if (!this.#channel.sendNews(joinNews(news))) return
    }
  }

  close(): void {
    this.#channel.close()
  }

  #begin(): void {
    this.state = 'comparing'
    this.#exchanges++
    this.#ready = this.#prepare().catch((err: Error) => this.#fail(err))
  }

  /** The index stays when the channel closes: to open it again and again costs us nothing. */
  async #prepare(): Promise<void> {
    const { noise } = this.record
    await this.#host.scanned
    if (this.peer === null) {
      this.#elements = new Elements(noise.publicKey!, noise.remotePublicKey!)
      this.peer = new PeerIndex(this.#host.catalog, this.#elements)
      this.#filled = this.peer.fill(this.#host.mayHave(this.record))
    }
    const { index } = this.peer
    await this.#filled
    if (this.state !== 'comparing' || this.peer?.index !== index) return // it has begun anew
    this.#exchange = new Reconciler(index, {
      frameBytes: MIRROR_FRAME_BYTES,
      maxFrameBytes: MIRROR_FRAME_BYTES,
      maxRounds: Math.ceil(1000 + this.#host.catalog.size * ROUNDS_PER_CORE)
    })
    if (noise.isInitiator) this.#channel.sendFrame(await this.#exchange.initiate())
  }

  /** What comes is worked on in order. @throws TOO_MUCH_WORK only: Protomux ends the stream then */
  async #receive(bytes: Uint8Array, work: (bytes: Uint8Array) => Promise<void> | void): Promise<void> {
    const { byteLength } = bytes
    try {
      if (this.#queuedBytes + byteLength > QUEUED_BYTES) throw badMirror('too much waits to be worked on')
      this.#queuedBytes += byteLength
      try {
        await this.#messages.run(async () => {
          await this.#ready
          if (this.isMirroring) await work(bytes)
        })
      } finally {
        this.#queuedBytes -= byteLength
      }
      this.flush()
    } catch (err) {
      if (err instanceof ReplicatorError && err.code !== 'BAD_MIRROR') throw err
      this.#fail(err as Error)
    }
  }

  async #compare(bytes: Uint8Array): Promise<void> {
    this.#pay(bytes.byteLength * COMPARED_BYTE)
    const { reply, differences, isDone } = await this.#exchange!.receive(bytes)
    for (const difference of differences) this.#differs(difference)
    if (reply !== null) this.#channel.sendFrame(reply)
    if (!isDone) return
    this.state = 'compared'
    this.#pay(this.differing.size * NEWS)
    for (const slot of this.differing.slots()) this.#untold.add(slot)
    this.#host.moved(this)
  }

  /** The first comparison on a stream is what everybody is entitled to. */
  #pay(cost: number): void {
    const account = workOf(this.record.mux)
    if (this.#exchanges > 1) account?.charge(cost, null)
    else account?.spend(cost)
  }

  #differs({ id, ours, theirs }: Difference): void {
    const slot = ours === null ? -1 : this.peer!.slotOf(id)
    if (slot === -1) return // it is not here, or no longer
    if (theirs === null) {
      this.differing.delete(slot)
      return void this.differing.absent.add(slot)
    }
    this.differing.set(slot, this.#host.catalog.state(slot), null)
    this.#owed++
  }

  #hear(bytes: Uint8Array): void {
    if (this.#exchange === null) throw badMirror('news before anything was compared')
    const account = workOf(this.record.mux)
    for (const news of splitNews(bytes)) {
      if (this.#owed > 0) account?.spend(NEWS)
      else account?.charge(NEWS, null)
      this.#owed = Math.max(0, this.#owed - 1)
      const slot = this.peer!.slotOf(news.slice(0, ID_BYTES))
      const theirs = slot === -1 ? null : this.#elements.open(this.#host.catalog.key(slot), news)
      if (theirs !== null) this.#heard(slot, theirs)
    }
    this.#host.moved(this)
  }

  #heard(slot: number, theirs: Uint8Array): void {
    const { catalog } = this.#host
    if (this.differing.absent.has(slot)) this.#told.delete(slot) // it was told for nothing
    this.differing.absent.delete(slot)
    this.differing.retry(slot)
    this.differing.set(slot, catalog.state(slot), theirs)
    if (!this.#told.has(slot)) this.#untold.add(slot)
    if (this.lacks(slot)) this.#host.want(slot, this)
  }

  #end(): void {
    this.state = 'idle'
    this.#exchange = null
    this.differing.clear()
    this.#untold.clear()
    this.#told.clear()
    this.#owed = 0
    this.#host.moved(this)
  }

  /** The stream goes on without. */
  #fail(cause: Error): void {
    if (!this.isMirroring) return
    this.#channel.close()
    this.#host.limited(cause instanceof ReplicatorError ? cause : badMirror(cause.message, cause), this)
  }
}
