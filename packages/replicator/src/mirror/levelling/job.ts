import type { Clock } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import type { Attachments } from '../../attach/attachments.js'
import type { HeldCore, LookUps } from '../../attach/look-ups.js'
import type { PolicyGate } from '../../attach/policy-gate.js'
import type { OpenStream } from '../../streams/stream-set.js'
import { BOTH_WAYS, TAKING } from '../../wire/direction.js'
import { dataFrom, downloadAll, isWholeNow } from '../../wire/mirror/core-watch.js'
import { arrivedBytes } from '../../wire/secret-stream.js'
import { standingOf } from '../../wire/sync/standing.js'
import type { Catalog } from '../cores/catalog.js'
import { MOVING_BYTES, MOVING_WAITS, NOTHING_TOLD_MS, NO_PROGRESS_MS } from '../defaults.js'
import type { MirrorLink } from '../link.js'
import { STATE_BYTES, readState, writeState } from '../state.js'
import type { Turn, Turns } from './turns.js'

/** What brings cores level works with. */
export interface LevellerParts {
  readonly catalog: Catalog
  readonly attachments: Attachments
  readonly lookUps: LookUps
  readonly clock: Clock
  /** A core is not stored any more. */
  missing(discoveryKey: Uint8Array): void
  /** A session may have begun to want a core that is open for us. */
  wanted(core: InnerCore): void
  failed(err: unknown, core: InnerCore | null, record: OpenStream): void
  /** A peer has not brought what it claims, again and again, and comes behind all others for a while. */
  gaveUp(link: MirrorLink): void
}

/** One core that is brought level with one or more peers. */
export class Job {
  /** Those that came while the job was ending, or that are left and have no place. */
  readonly late: Set<MirrorLink> = new Set()
  /** The state of our copy when it was whole; undefined = no better one is known than that of the catalog. */
  ours: Uint8Array | undefined
  readonly #slot: number
  /** With how many messages with data each had sent when it was attached. */
  readonly #links: Map<MirrorLink, number>
  readonly #parts: LevellerParts
  readonly #turns: Turns
  /** In whose place it is; null = it is over. */
  #owner: MirrorLink | null
  #core: InnerCore | null = null
  #timer: unknown = null
  #toldTimer: unknown = null
  /** how many times it was waited longer because something arrived, since the core has changed */
  #moves = 0
  /** Whether the core has changed since it began. */
  #hasMoved = false
  #end!: () => void
  readonly #over = new Promise<void>((resolve) => (this.#end = resolve))

  constructor({ slot, links, owner }: Turn, turns: Turns, parts: LevellerParts) {
    this.#slot = slot
    this.#links = new Map(Array.from(links, (link) => [link, 0]))
    this.#owner = owner
    this.#turns = turns
    this.#parts = parts
  }

  /** Another peer has more of the core, or one that is known has told so again. */
  add(link: MirrorLink): void {
    if (this.#owner === null) return void this.late.add(link)
    if (!this.#links.has(link)) this.#links.set(link, 0)
    if (this.#core !== null) void this.#attach(this.#core, link)
  }

  asks(link: MirrorLink): boolean {
    return this.#links.has(link) || this.late.has(link)
  }

  /** The core has changed. */
  moved(): void {
    this.#hasMoved = true
    this.#moves = 0
    this.look()
    this.#wait()
  }

  /** The core has changed, and is to be read. If nothing is missing any more, its place is free at once. */
  touched(): void {
    this.#hasMoved = true
    queueMicrotask(() => this.#lookWhole()) // Hypercore tells of a fork before it counts what is whole of it
  }

  /** Ends it if nothing is to be had any more. @param ours  the state of our copy, if that is known better than by the catalog */
  look(ours?: Uint8Array): void {
    if (this.#owner === null) return
    for (const link of this.#links.keys()) if (!link.lacks(this.#slot, ours)) this.#release(link)
    if (!this.#links.has(this.#owner)) this.#passOn(this.#owner)
  }

  stop(): void {
    if (this.#owner !== null) this.#turns.exit(this.#owner)
    this.#owner = null
    this.#links.clear()
    this.#parts.clock.clearTimeout(this.#timer)
    this.#parts.clock.clearTimeout(this.#toldTimer)
    this.#end()
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { catalog, lookUps } = this.#parts
    this.look()
    if (this.#owner === null) return
    const { record } = this.#owner
    const held = await lookUps.open(catalog.discoveryKey(this.#slot).slice(), record)
    try {
      if (held === null) {
        this.#parts.missing(catalog.discoveryKey(this.#slot).slice())
        this.#giveUp(false)
      } else if (this.#owner !== null) await this.#level(held)
    } catch (err) {
      this.#parts.failed(err, held?.core ?? null, record)
      this.#giveUp(false)
    } finally {
      held?.release()
      if (held !== null) this.#parts.wanted(held.core)
    }
  }

  async #level({ core }: HeldCore): Promise<void> {
    this.#core = core
    const end = await downloadAll(core, this.#parts.wanted)
    try {
      for (const link of this.#links.keys()) void this.#attach(core, link)
      this.#wait()
      this.#lookWhole()
      if (this.#owner !== null) this.#lookTold(new Map())
      await this.#over
    } finally {
      await end()
    }
  }

  #lookWhole(): void {
    if (this.#owner === null || this.#core === null || !isWholeNow(this.#core)) return
    const { fork, length } = this.#core.state!
    this.ours = new Uint8Array(STATE_BYTES)
    writeState(this.ours, { fork, length, held: length, blocks: null })
    this.look(this.ours)
  }

  /**
   * A peer that has told all, and has nothing of it that is missing, is not waited for any longer: two copies of which each has some
   * blocks differ in their states, even if the other one has no more than ours.
   * @param before  how many messages each had sent that had told all, when it was looked at last
   */
  #lookTold(before: ReadonlyMap<MirrorLink, number>): void {
    this.#toldTimer = this.#parts.clock.setTimeout(() => {
      const told = new Map<MirrorLink, number>()
      for (const link of this.#links.keys()) {
        if (!link.isMirroring || this.#owes(link) || !this.#hasTold(link)) continue
        told.set(link, toldOf(this.#core!, link))
        if (before.get(link) === told.get(link)) link.giveUp(this.#slot)
      }
      this.look()
      if (this.#owner !== null) this.#lookTold(told)
    }, NOTHING_TOLD_MS)
  }

  /** Never rejects. */
  async #attach(core: InnerCore, link: MirrorLink): Promise<void> {
    try {
      await this.#offer(core, link)
    } catch (err) {
      this.#parts.failed(err, core, link.record)
    }
  }

  async #offer(core: InnerCore, link: MirrorLink): Promise<void> {
    const record = link.record as OpenStream<PolicyGate>
    if (this.#links.get(link) === 0) this.#links.set(link, dataOf(core, link))
    const muxes = [...link.claims(this.#slot).keys()]
    for (const mux of muxes) {
      if (record.gate === null) this.#parts.attachments.attach(core, record, BOTH_WAYS, mux)
      else if (mux === record.mux) await record.gate.offer(core, false)
      else await record.gate.enter(core, 'announce', mux)
      if (!this.#links.has(link)) return // what the slot stands for may be another core by now
    }
    if (muxes.some((mux) => core.replicator.attached(mux))) return
    link.giveUp(this.#slot)
    this.look()
  }

  /** @param since  when the core changed last, in ms */
  #wait(since: number = this.#parts.clock.now()): void {
    const { clock } = this.#parts
    clock.clearTimeout(this.#timer)
    if (this.#core === null || this.#owner === null) return // that it takes long to open is nobody's fault
    const isTold = [...this.#links.keys()].some(({ isMirroring }) => isMirroring)
    const before = this.#arrived()
    this.#timer = clock.setTimeout(
      () => {
        if (clock.now() - since < NO_PROGRESS_MS && this.#isComing()) this.#wait(since)
        else if (this.#moves++ < MOVING_WAITS && this.#arrived() >= before + MOVING_BYTES) this.#wait(since)
        else this.#giveUp(true)
      },
      isTold ? NO_PROGRESS_MS : NOTHING_TOLD_MS
    )
  }

  #arrived(): number {
    let bytes = 0
    for (const { record } of this.#links.keys()) bytes += arrivedBytes(record.noise)
    return bytes
  }

  /** Whether something of the core is known to be on its way: on a busy machine that may take seconds. */
  #isComing(): boolean {
    return [...this.#links.keys()].some((link) => this.#owes(link))
  }

  #owes({ record }: MirrorLink): boolean {
    const core = this.#core
    return core !== null && [...record.muxes].some((mux) => !standingOf(core, mux, TAKING).isLevel)
  }

  /** Whether the peer has told where the core is open what it has claimed in news. */
  #hasTold(link: MirrorLink): boolean {
    const core = this.#core
    if (core === null) return false
    for (const [mux, claim] of link.claims(this.#slot)) {
      if (claim === null) continue
      const { fork, length } = readState(claim)
      const { remoteFork, remoteLength, isUntold } = standingOf(core, mux, TAKING)
      if (remoteFork === null || remoteLength === null || isUntold) return false
      if (remoteFork < fork || (remoteFork === fork && remoteLength < length)) return false
    }
    return true
  }

  /** @param isTheirs  it was the peers that did not bring what they claim */
  #giveUp(isTheirs: boolean): void {
    const links = [...this.#links.keys()]
    const failed = links.filter(
      (link) => isTheirs && (this.#owes(link) || !this.#hasTold(link)) && !this.#hasBrought(link)
    )
    for (const link of links) this.#release(link)
    this.stop()
    const givenUp = failed.filter((link) => this.#turns.failed(link)) // first: what follows gives places away
    for (const link of links) link.giveUp(this.#slot)
    for (const link of givenUp) this.#parts.gaveUp(link)
  }

  /** The peer is not waited for any more. */
  #release(link: MirrorLink): void {
    if (this.#hasBrought(link)) {
      this.#turns.brought(link)
      link.brought()
    }
    this.#links.delete(link)
  }

  /** Whether the core has changed, and not without this peer. */
  #hasBrought(link: MirrorLink): boolean {
    if (!this.#hasMoved || this.#core === null) return false
    return dataOf(this.#core, link) > this.#links.get(link)!
  }

  /** The peer whose place it has is done. Others that it waits for need one of their own. */
  #passOn(owner: MirrorLink): void {
    for (const link of this.#links.keys()) {
      if (!this.#turns.enter(link)) continue
      this.#turns.exit(owner)
      this.#owner = link
      return
    }
    for (const link of this.#links.keys()) this.late.add(link)
    this.stop()
  }
}

/** How many messages with data of a core a peer has sent, on all its muxes. */
function dataOf(core: InnerCore, { record }: MirrorLink): number {
  let sum = 0
  for (const mux of record.muxes) sum += dataFrom(core, mux)
  return sum
}

/** How many messages a peer has sent of what it has of a core, on all its muxes. */
function toldOf(core: InnerCore, { record }: MirrorLink): number {
  let sum = 0
  for (const mux of record.muxes) sum += standingOf(core, mux, TAKING).told
  return sum
}
