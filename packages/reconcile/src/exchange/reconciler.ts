import { Queue, badArgument, laterTurn } from '@manycore/ground'
import { RANGES_PER_TURN } from '../defaults.js'
import { ReconcileError } from '../errors.js'
import { compareBounds } from '../bytes/bounds.js'
import { plain } from '../bytes/copy.js'
import type { Bound } from '../bytes/bounds.js'
import type { LiveTree } from '../items/live-tree.js'
import { Index, liveTreeOf } from '../items/ordered-index.js'
import { FrameReader, invalid } from '../wire/frame-reader.js'
import type { Frame } from '../wire/frame-reader.js'
import { FrameWriter } from '../wire/frame-writer.js'
import { ANSWER, WIRE_VERSION } from '../wire/ranges.js'
import { VERSIONS, otherVersion, readVersions, versionsFrame } from '../wire/versions.js'
import type { WireVersions } from '../wire/versions.js'
import { Answerer } from './answerer.js'
import { Carried } from './carried.js'
import type { Difference } from './difference.js'
import { readReconcilerOptions } from './options.js'
import type { ReconcilerOptions, ExchangeSettings } from './options.js'

/** What comes of a frame. */
export interface Received {
  /** To be sent to the other side; null = nothing is to be said any more. */
  readonly reply: Uint8Array | null
  /** What was found, in the order of ids. */
  readonly differences: Difference[]
  /** Nothing will be found any more. A `reply` is to be sent all the same. */
  readonly isDone: boolean
}

/**
 * One side of an exchange in which two indexes are compared. It turns frames into frames; how they get to the other side, one at a
 * time and whole, is the caller's business. One side calls `initiate()`, the other one waits for that frame. Both learn all
 * differences.
 *
 * The index may change meanwhile. Each answer tells what is in it at that moment: items that do not change during the exchange
 * are compared exactly, a difference that was found is one at that moment, and what changes meanwhile may be found or not.
 */
export class Reconciler {
  readonly #live: LiveTree
  readonly #settings: ExchangeSettings
  readonly #answerer: Answerer
  readonly #frames = new Queue()
  #carried = new Carried()
  #state: 'new' | 'going' | 'done' | 'failed' = 'new'
  #rounds = 0
  #position: Bound
  /** What `position` will be once the other side has our last frame. */
  #nextPosition: Bound
  #farewell: Uint8Array | null = null
  #theirVersions: WireVersions | null = null

  /** @throws BAD_ARGUMENT */
  constructor(index: Index, opts?: ReconcilerOptions) {
    if (!(index instanceof Index)) throw badArgument('index', 'an Index', index)
    this.#live = liveTreeOf(index)
    this.#settings = readReconcilerOptions(opts, index.idBytes)
    this.#answerer = new Answerer(this.#live)
    this.#position = this.#settings.from
    this.#nextPosition = this.#position
  }

  /** How many frames came in. */
  get rounds(): number {
    return this.#rounds
  }

  /**
   * How far the exchange is: both sides have learned all differences before this id. Pass it as `from` to a new exchange if this one
   * breaks off. `idBytes` bytes, a copy; null = it is done.
   */
  get position(): Uint8Array | null {
    return this.#position && this.#position.slice()
  }

  /**
   * What is to be sent to the other side after `receive()` has failed, so that it ends as well: after FRAME_VERSION 3 bytes that say
   * which versions of the format we speak, if it was not the other side that said so. null = nothing. A copy.
   */
  get farewell(): Uint8Array | null {
    return this.#farewell && this.#farewell.slice()
  }

  /** After FRAME_VERSION: the versions that the other side speaks, if it was told; else null. Begin anew with one of them. */
  get theirVersions(): WireVersions | null {
    return this.#theirVersions
  }

  /**
   * Begins the exchange.
   * @returns the first frame: 8 bytes, and 17 or a few more
   * @throws  EXCHANGE_STATE, INDEX_CLOSED, INDEX_CORRUPT
   */
  async initiate(): Promise<Uint8Array> {
    return this.#frames.run(async () => {
      this.#expect('new')
      const { layout, hasher } = this.#live
      const { from, frameBytes } = this.#settings
      const frame = new FrameWriter(layout, frameBytes, hasher.settings())
      const span = { lo: from, hi: null }
      const tally = await this.#live.read((tree) => tree.within(span))
      frame.fingerprint(span, hasher.range(tally))
      this.#state = 'going'
      return frame.finish(false)
    })
  }

  /**
   * Takes a frame of the other side. Any error ends the exchange and leaves the index as it is; `farewell` is then to be sent.
   * @param bytes  a whole frame, neither kept nor changed
   * @throws BAD_ARGUMENT, EXCHANGE_MISMATCH, EXCHANGE_STATE, FRAME_INVALID, FRAME_TOO_LARGE, FRAME_VERSION, INDEX_CLOSED,
   *         INDEX_CORRUPT, ROUNDS_EXCEEDED, WORK_REFUSED
   */
  async receive(bytes: Uint8Array): Promise<Received> {
    if (!(bytes instanceof Uint8Array)) throw badArgument('frame', 'a Uint8Array', bytes)
    return this.#frames.run(async () => {
      try {
        return await this.#receive(bytes)
      } catch (err) {
        this.#state = 'failed'
        this.#carried = new Carried()
        throw err
      }
    })
  }

  async #receive(bytes: Uint8Array): Promise<Received> {
    const isFirst = this.#state === 'new'
    this.#expect('new', 'going')
    const { frameBytes, maxFrameBytes, maxRounds } = this.#settings
    const { layout, hasher } = this.#live
    if (bytes.byteLength > maxFrameBytes)
      throw new ReconcileError(
        'FRAME_TOO_LARGE',
        `${bytes.byteLength} bytes came, ${maxFrameBytes} are taken`
      )
    if (this.#rounds === maxRounds)
      throw new ReconcileError('ROUNDS_EXCEEDED', `${maxRounds} frames have not sufficed`)
    if (bytes.byteLength > 0) this.#checkVersion(bytes[0]!, bytes, isFirst)
    const frame = new FrameReader(layout, plain(bytes)).read(isFirst ? hasher.settings() : null)
    const isPromised = !this.#carried.isEmpty
    const pending = this.#carried.mergeInto(frame.ranges)
    this.#rounds++
    this.#state = 'going'
    this.#position = this.#nextPosition

    const reply = new FrameWriter(layout, frameBytes, null)
    const differences: Difference[] = []
    let isFull = false
    for (const [i, range] of pending.entries()) {
      if (i % RANGES_PER_TURN === RANGES_PER_TURN - 1) await laterTurn()
      if (range.mode === ANSWER) {
        for await (const difference of this.#answerer.learn(range)) differences.push(difference)
        continue
      }
      const rest = isFull ? range : await this.#answerer.answer(range, reply, differences)
      if (rest === null) continue
      isFull = true
      this.#carried.add(rest)
    }
    return this.#end(frame, reply, differences, isPromised)
  }

  #checkVersion(version: number, bytes: Uint8Array, isFirst: boolean): void {
    if (version === WIRE_VERSION) return
    if (version !== VERSIONS) {
      this.#farewell = versionsFrame()
      throw otherVersion(`version ${version}`)
    }
    if (isFirst) throw invalid('it says which versions are spoken, and nothing was said before')
    const { oldest, newest } = (this.#theirVersions = readVersions(bytes))
    throw otherVersion(`versions ${oldest} to ${newest}`)
  }

  /** @param isPromised  our last frame has said that there is more */
  #end(frame: Frame, reply: FrameWriter, differences: Difference[], isPromised: boolean): Received {
    const hasMore = !this.#carried.isEmpty
    const isAsked = frame.hasMore || frame.ranges.some(({ mode }) => mode !== ANSWER)
    const isSilent = !isAsked && !isPromised && reply.isEmpty
    const isDone = !frame.hasMore && !hasMore && !reply.hasDemands
    this.#nextPosition = earliest(
      reply.start,
      this.#carried.start,
      frame.hasMore ? frame.ranges.at(-1)!.hi : null
    )
    if (isDone) {
      this.#state = 'done'
      this.#position = null
    }
    return { reply: isSilent ? null : reply.finish(hasMore), differences, isDone }
  }

  #expect(...states: readonly string[]): void {
    if (states.includes(this.#state)) return
    throw new ReconcileError('EXCHANGE_STATE', `the exchange is ${this.#state}`)
  }
}

function earliest(...bounds: readonly Bound[]): Bound {
  return bounds.reduce((first, bound) => (compareBounds(bound, first) < 0 ? bound : first), null)
}
