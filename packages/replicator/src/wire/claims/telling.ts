import { CLAIM, type Cost, GROUP_OF_BITS, PAGE_LOOK, PAGE_TOUCH, STEP } from '../costs.js'
import type { CoreChannel, CorePeer, Handler } from '../hypercore-peer.js'
import type { Steps } from '../inbox.js'
import type { Host } from '../interceptors/interceptor.js'
import type { Range } from '../messages.js'
import { safeDestroy } from '../protomux.js'
import { areBits, askForMissing, countBits, GROUP, hasBit, PAGE, writeBits } from './claiming-peer.js'
import { pieces } from './intervals.js'
import type { Pages } from './pages.js'

/**
 * Tells Hypercore of the claims of one channel, page by page, and accounts for the work: what the remote claims for the
 * first time is spent; what it drops, or claims where it has dropped something, is charged. A page that would not change
 * is passed over.
 */
export class Telling {
  readonly #host: Host
  readonly #channel: CoreChannel
  readonly #peer: CorePeer
  readonly #tell: Handler<Range>
  readonly #pages: Pages
  /** Pages in which the remote has dropped something: it is no news if it has that again. */
  readonly #dropped = new Set<number>()
  #isHolding = false
  #isAsking = false

  /** @param tell  Hypercore's handler of ranges */
  constructor(host: Host, channel: CoreChannel, tell: Handler<Range>, pages: Pages) {
    this.#host = host
    this.#channel = channel
    this.#peer = channel.userData
    this.#tell = tell
    this.#pages = pages
  }

  /** Is Hypercore not to ask the remote for anything yet? There is more to be told. */
  get isHolding(): boolean {
    return this.#isHolding
  }

  /** The remote has all blocks before `end`. */
  contiguous(end: number): unknown {
    return this.#hold(false, 0, end)
  }

  /** The remote has one block. It costs no more than the message itself, and the page if there is none yet. */
  one(block: number): unknown {
    if (hasBit(this.#peer, block)) return undefined
    const page = pageOf(block)
    if (!this.#dropped.has(page)) this.#host.work.credit(CLAIM)
    if (this.#pages.take(page)) this.#host.work.spend(PAGE_TOUCH)
    this.ask()
    return this.#hold(false, block, block + 1)
  }

  /** The remote has [start, end), and `start` is not 0. */
  *set(start: number, end: number): Generator<Cost, void> {
    for (const { start: from, end: to } of pieces(start, end, PAGE)) {
      const news = to - from - countBits(this.#peer, from, to)
      yield PAGE_LOOK
      if (news === 0) continue
      // A block of news is worth a message about it.
      yield this.#charged(touching(from, to), this.#dropped.has(pageOf(from)) ? 0 : news * CLAIM)
      this.#pages.take(pageOf(from))
      this.range(false, from, to)
    }
  }

  /** The remote has none of [start, end) any more. */
  *clear(start: number, end: number): Generator<Cost, void> {
    for (const { start: from, end: to } of pieces(start, end, PAGE)) {
      const bits = countBits(this.#peer, from, to)
      yield this.#charged(PAGE_LOOK, 0)
      if (bits === 0) continue
      yield this.#charged(touching(from, to), 0)
      this.#dropped.add(pageOf(from))
      this.range(true, from, to)
    }
  }

  /** The remote has those blocks from `start` on whose bits are set, and no others. */
  *write(start: number, words: Uint32Array, isWanted: boolean): Generator<Cost, void> {
    for (const { start: from, end: to } of pieces(start, start + words.length * 32, PAGE)) {
      const part = words.subarray((from - start) / 32, (to - start) / 32)
      yield this.#charged(PAGE_LOOK, isWanted ? PAGE_LOOK : 0)
      if (areBits(this.#peer, from, part)) continue
      const cost = touching(from, to)
      yield this.#charged(cost, isWanted ? cost : 0)
      this.#pages.take(pageOf(from))
      writeBits(this.#peer, from, part)
    }
  }

  /** Tells of blocks, and has Hypercore ask for nothing yet. */
  range(drop: boolean, start: number, end: number): void {
    const working = this.#hold(drop, start, end)
    if (working instanceof Promise) working.catch(this.#onerror)
  }

  /** Has Hypercore ask for what is missing: once, after all claims that come together. */
  ask(): void {
    if (this.#isAsking) return
    this.#isAsking = true
    queueMicrotask(this.#askNow)
  }

  /** Does the steps, and then has Hypercore ask for what is missing. */
  run(steps: Steps): void {
    if (this.start(steps)) this.ask()
  }

  /**
   * Does the first steps at once, and the others before any later message of the stream; then Hypercore asks for what is
   * missing.
   * @returns true if the first steps were all
   */
  start(steps: Steps): boolean {
    const { work, inbox } = this.#host
    const most = work.spent + STEP
    for (let step = steps.next(); step.done !== true; step = steps.next()) {
      work.spend(step.value)
      if (work.spent < most) continue
      inbox.inSteps(this.#rest(steps))
      return false
    }
    return true
  }

  *#rest(steps: Steps): Generator<Cost, void> {
    for (let step = steps.next(); step.done !== true; step = steps.next()) {
      yield step.value
      if (this.#channel.closed) return
    }
    this.ask()
  }

  #hold(drop: boolean, start: number, end: number): unknown {
    this.#isHolding = true
    const working = this.#tell({ drop, start, length: end - start }, this.#channel)
    this.#isHolding = false
    return working
  }

  /** Charges what the remote is not entitled to. @returns the rest, to be spent */
  #charged(cost: Cost, entitled: Cost): Cost {
    const rest = Math.min(cost, entitled)
    if (rest < cost) this.#host.work.charge(cost - rest, this.#channel)
    return rest
  }

  readonly #askNow = (): void => {
    this.#isAsking = false
    try {
      if (!this.#channel.closed) askForMissing(this.#peer)
    } catch (err) {
      this.#onerror(err as Error)
    }
  }

  readonly #onerror = (err: Error): void => {
    if (!this.#channel.closed) safeDestroy(this.#host.mux, err)
  }
}

function pageOf(block: number): number {
  return Math.floor(block / PAGE)
}

/** What it costs to change bits of one page in both of Hypercore's bitfields. */
function touching(start: number, end: number): Cost {
  return PAGE_TOUCH + Math.ceil((end - start) / GROUP) * GROUP_OF_BITS
}
