import type { Clock } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import type { Attachments } from '../attach/attachments.js'
import type { HeldCore, LookUps } from '../attach/look-ups.js'
import type { PolicyGate } from '../attach/policy-gate.js'
import { MOVING_BYTES, MOVING_WAITS, NOTHING_TOLD_MS, NO_PROGRESS_MS } from './defaults.js'
import type { OpenStream } from '../streams/stream-set.js'
import { BOTH_WAYS } from '../wire/direction.js'
import { arrivedBytes } from '../wire/secret-stream.js'
import { downloadAll } from '../wire/mirror/core-watch.js'
import { standingOf } from '../wire/sync/standing.js'
import type { Catalog } from './cores/catalog.js'
import type { MirrorLink } from './link.js'

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
}

/**
 * Opens the cores of which peers have more than we, a few at a time, downloads what they have, and lets go of them. Peers
 * that lack something of ours ask for it, as they would without a mirror.
 */
export class Leveller {
  readonly #parts: LevellerParts
  readonly #concurrency: number
  /** Whom to ask for what, by slot; first come, first served. */
  readonly #waiting = new Map<number, Set<MirrorLink>>()
  readonly #running = new Map<number, Job>()
  #isClosed = false

  /** @param concurrency  how many cores are brought level at a time */
  constructor(parts: LevellerParts, concurrency: number) {
    this.#parts = parts
    this.#concurrency = concurrency
  }

  /** A peer has of a core what we lack. */
  want(slot: number, link: MirrorLink): void {
    const running = this.#running.get(slot)
    if (running !== undefined) return running.add(link)
    const links = this.#waiting.get(slot)
    if (links !== undefined) return void links.add(link)
    this.#waiting.set(slot, new Set([link]))
    this.#parts.catalog.hold(slot)
    this.#next()
  }

  /** A core has changed here, or at a peer. */
  moved(slot: number): void {
    this.#running.get(slot)?.look(true)
  }

  /** What a peer has, or whether it is there, has changed. */
  look(): void {
    for (const job of this.#running.values()) job.look(false)
  }

  /** Whether there is a core that a peer is to be asked for, or is asked for. */
  asks(link: MirrorLink): boolean {
    for (const links of this.#waiting.values()) if (links.has(link)) return true
    for (const job of this.#running.values()) if (job.asks(link)) return true
    return false
  }

  close(): void {
    this.#isClosed = true
    for (const slot of this.#waiting.keys()) this.#parts.catalog.release(slot)
    this.#waiting.clear()
    for (const job of this.#running.values()) job.stop()
  }

  #next(): void {
    for (const [slot, links] of this.#waiting) {
      if (this.#isClosed || this.#running.size >= this.#concurrency) return
      this.#waiting.delete(slot)
      const job = new Job(slot, links, this.#parts)
      this.#running.set(slot, job)
      void job.run().then(() => {
        this.#running.delete(slot)
        for (const link of job.late) this.want(slot, link)
        this.#parts.catalog.release(slot)
        this.#next()
      })
    }
  }
}

/** One core that is brought level with one or more peers. */
class Job {
  /** Those that came while the job was ending. */
  readonly late = new Set<MirrorLink>()
  readonly #slot: number
  readonly #links: Set<MirrorLink>
  readonly #parts: LevellerParts
  #core: InnerCore | null = null
  #timer: unknown = null
  /** how many times it was waited longer because something arrived, since the core has changed */
  #moves = 0
  #isOver = false
  #end!: () => void
  readonly #over = new Promise<void>((resolve) => (this.#end = resolve))

  constructor(slot: number, links: Set<MirrorLink>, parts: LevellerParts) {
    this.#slot = slot
    this.#links = links
    this.#parts = parts
  }

  add(link: MirrorLink): void {
    if (this.#isOver) return void this.late.add(link)
    if (this.#links.has(link)) return this.look(true)
    this.#links.add(link)
    if (this.#core !== null) void this.#attach(this.#core, link)
  }

  asks(link: MirrorLink): boolean {
    return this.#links.has(link) || this.late.has(link)
  }

  /** Ends it if nothing is to be had any more. @param isProgress  the core has changed */
  look(isProgress: boolean): void {
    if (this.#isOver) return
    for (const link of this.#links) if (!link.lacks(this.#slot)) this.#links.delete(link)
    if (this.#links.size === 0) this.stop()
    else if (isProgress) {
      this.#moves = 0
      this.#wait()
    }
  }

  stop(): void {
    this.#isOver = true
    this.#parts.clock.clearTimeout(this.#timer)
    this.#end()
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { catalog, lookUps } = this.#parts
    this.look(true)
    if (this.#isOver) return
    const [{ record }] = this.#links as unknown as [MirrorLink]
    const held = await lookUps.open(catalog.discoveryKey(this.#slot).slice(), record)
    try {
      if (held === null) {
        this.#parts.missing(catalog.discoveryKey(this.#slot).slice())
        this.#giveUp()
      } else if (!this.#isOver) await this.#level(held)
    } catch (err) {
      this.#parts.failed(err, held?.core ?? null, record)
      this.#giveUp()
    } finally {
      held?.release()
      if (held !== null) this.#parts.wanted(held.core)
    }
  }

  async #level({ core }: HeldCore): Promise<void> {
    this.#core = core
    const end = await downloadAll(core, this.#parts.wanted)
    try {
      for (const link of this.#links) void this.#attach(core, link)
      await this.#over
    } finally {
      await end()
    }
  }

  async #attach(core: InnerCore, link: MirrorLink): Promise<void> {
    const record = link.record as OpenStream<PolicyGate>
    if (record.gate === null) this.#parts.attachments.attach(core, record)
    else await record.gate.offer(core, false)
    if (core.replicator.attached(record.mux)) return
    link.giveUp(this.#slot)
    this.look(false)
  }

  /** @param since  when the core changed last, in ms */
  #wait(since: number = this.#parts.clock.now()): void {
    const { clock } = this.#parts
    clock.clearTimeout(this.#timer)
    const isTold = [...this.#links].some(({ isMirroring }) => isMirroring)
    const before = this.#arrived()
    this.#timer = clock.setTimeout(
      () => {
        if (clock.now() - since < NO_PROGRESS_MS && this.#isComing()) this.#wait(since)
        else if (this.#moves++ < MOVING_WAITS && this.#arrived() >= before + MOVING_BYTES) this.#wait(since)
        else this.#giveUp()
      },
      isTold ? NO_PROGRESS_MS : NOTHING_TOLD_MS
    )
  }

  #arrived(): number {
    let bytes = 0
    for (const { record } of this.#links) bytes += arrivedBytes(record.noise)
    return bytes
  }

  /** Whether the core is being opened, or something of it is known to be on its way: on a busy machine that may take seconds. */
  #isComing(): boolean {
    const core = this.#core
    if (core === null) return true
    return [...this.#links].some(({ record }) => !standingOf(core, record.mux, BOTH_WAYS).isLevel)
  }

  #giveUp(): void {
    for (const link of this.#links) link.giveUp(this.#slot)
    this.#links.clear()
    this.stop()
  }
}
