import type { Protomux } from '@manycore/hypercore-types'
import { MIRRORS_PER_STREAM, MIRROR_VERSION } from '../../mirror/defaults.js'
import { badMirror } from '../../mirror/bad-mirror.js'
import { JOINED } from '../costs.js'
import { isSharedMux, noteAtWork, workOf } from '../pairing.js'
import { helloEncoding, messageEncoding } from './mirror-encodings.js'
import type { Hello, Message } from './mirror-encodings.js'

const PROTOCOL = 'manycore/mirror'

/** The messages of the channel; the place of each is its type on the wire. */
const [FRAME, NEWS, GONE, JOIN, LEAVE, PART] = [0, 1, 2, 3, 4, 5]

/** What a mirror here is told of those at the other end of a mux. Nothing that is called may throw, but for TOO_MUCH_WORK. */
export interface MirrorEvents {
  /**
   * There is a mirror at the other end.
   * @param instead  it is one that was there before, and begins anew; null = it is another one
   */
  meet(line: Line, instead: Line | null): LineEvents
  /** It is known which mirrors are at the other end. */
  open(): void
  /** The stream takes more. */
  drain(): void
  /** The remote does not mirror, has closed the channel, or the stream is over. All lines are over. */
  close(): void
  /** The remote has broken the protocol, and the channel is closed for it. */
  failed(err: Error): void
}

/** What the mirror at the other end says to one here. */
export interface LineEvents {
  // These resolve once the message is worked on.
  /** One frame of a comparison. */
  frame(bytes: Uint8Array): Promise<void>
  /** The states of cores. */
  news(bytes: Uint8Array): Promise<void>
  /** Ids of cores that it does not compare with us any more. */
  gone(bytes: Uint8Array): Promise<void>
  /** @param reason  why it could not be compared, until it begins anew; null = it has left */
  over(reason: Error | null): void
}

/** @upstream protomux Channel */
interface RawChannel {
  readonly messages: readonly { send(message: Message): boolean }[]
  open(hello: Hello): void
  close(): void
}

interface RawMux {
  /** Whether the stream takes more. */
  readonly drained: boolean
  createChannel(opts: object): RawChannel | null
}

/** Between one mirror here and one at the other end. */
export class Line {
  readonly ours: number
  readonly theirs: number
  readonly #mux: RawMux
  readonly #send: (type: number, message: Message) => boolean

  constructor(ours: number, theirs: number, mux: RawMux, send: (type: number, message: Message) => boolean) {
    this.ours = ours
    this.theirs = theirs
    this.#mux = mux
    this.#send = send
  }

  /** Whether the stream takes more. */
  get isDrained(): boolean {
    return this.#mux.drained
  }

  /** @returns whether the stream takes more */
  sendFrame(bytes: Uint8Array): boolean {
    return this.#to(FRAME, bytes)
  }

  /** @returns whether the stream takes more */
  sendNews(bytes: Uint8Array): boolean {
    return this.#to(NEWS, bytes)
  }

  /** @returns whether the stream takes more */
  sendGone(bytes: Uint8Array): boolean {
    return this.#to(GONE, bytes)
  }

  /** Says that nothing can be compared until one of the two begins anew. */
  part(): void {
    this.#to(PART, new Uint8Array(0))
  }

  #to(type: number, bytes: Uint8Array): boolean {
    return this.#send(type, { numbers: [this.theirs, this.ours], bytes })
  }
}

const muxes = new WeakMap<Protomux, MuxMirrors>()

/** A mirror's place on a mux. */
export interface Seat {
  /** What was said before is void: it meets all mirrors of the other end anew, each instead of itself. */
  renew(): void
  leave(): void
  /** Whether other stores are at either end, too, as far as it is known. */
  readonly isShared: boolean
}

/** @param mux  the handshake of its stream may be under way */
export function joinMirrors(mux: Protomux, party: MirrorEvents): Seat {
  let mirrors = muxes.get(mux)
  if (mirrors === undefined) muxes.set(mux, (mirrors = new MuxMirrors(mux)))
  return mirrors.join(party)
}

/**
 * The mirrors of one mux, ours and the remote's, on one channel: beside those of the cores, and refused by who does not know it.
 * Each mirror has a number at its end, which no other one ever gets. One that begins anew takes another number, so that what is
 * still under way from or to the old one finds nobody.
 */
class MuxMirrors {
  readonly #mux: Protomux
  readonly #parties = new Map<number, MirrorEvents>()
  /** The numbers of the remote's. */
  readonly #remotes = new Set<number>()
  /** By both numbers. */
  readonly #lines = new Map<string, { readonly line: Line; readonly events: LineEvents }>()
  #channel: RawChannel | null = null
  #isOpen = false
  #last = 0
  /** The highest number that the remote has used. */
  #lastRemote = 0

  constructor(mux: Protomux) {
    this.#mux = mux
  }

  join(party: MirrorEvents): Seat {
    if (this.#parties.size === 0) {
      // The remote may begin to mirror later, after it has refused us.
      this.#mux.pair({ protocol: PROTOCOL }, () => {
        if (this.#channel === null) this.#open()
      })
    }
    let number = this.#seat(party, 0)
    const isShared = (): boolean => this.#parties.size > 1 || this.#remotes.size > 1 || isSharedMux(this.#mux)
    return {
      get isShared() {
        return isShared()
      },
      renew: () => {
        number = this.#seat(party, number)
      },
      leave: () => this.#leave(number)
    }
  }

  #seat(party: MirrorEvents, instead: number): number {
    const number = ++this.#last
    this.#parties.delete(instead)
    this.#parties.set(number, party)
    if (this.#channel === null) this.#open()
    else this.#send(JOIN, { numbers: [number, instead], bytes: NONE })
    for (const theirs of this.#remotes) {
      this.#meet(party, number, theirs, this.#endLine(instead, theirs)?.line ?? null)
    }
    if (this.#isOpen) party.open()
    return number
  }

  #leave(number: number): void {
    this.#parties.delete(number)
    for (const theirs of this.#remotes) this.#endLine(number, theirs)
    if (this.#parties.size > 0) return void this.#send(LEAVE, { numbers: [number], bytes: NONE })
    muxes.delete(this.#mux)
    this.#mux.unpair({ protocol: PROTOCOL })
    this.#channel?.close()
  }

  #open(): void {
    const channel = (this.#mux as unknown as RawMux).createChannel({
      protocol: PROTOCOL,
      handshake: helloEncoding,
      messages: [FRAME, NEWS, GONE, JOIN, LEAVE, PART].map((type) => ({
        encoding: messageEncoding(type === LEAVE ? 1 : 2),
        onmessage: (message: Message) => this.#take(type, message)
      })),
      onopen: ({ version, numbers }: Hello) => {
        if (version !== MIRROR_VERSION) return this.#channel?.close()
        this.#isOpen = true
        for (const number of numbers) this.#joined(number, 0)
        for (const party of this.#parties.values()) party.open()
      },
      ondrain: () => {
        for (const party of this.#parties.values()) party.drain()
      },
      onclose: () => {
        if (this.#channel === channel) this.#closed()
      }
    })
    this.#channel = channel
    channel?.open({ version: MIRROR_VERSION, numbers: [...this.#parties.keys()] })
  }

  #closed(): void {
    this.#channel = null
    this.#isOpen = false
    this.#remotes.clear()
    this.#lines.clear()
    this.#lastRemote = 0
    for (const party of this.#parties.values()) party.close()
  }

  /** @returns what the handler of the message returns */
  #take(type: number, { numbers, bytes }: Message): unknown {
    const [first, second = 0] = numbers as [number, number?]
    if (type === JOIN) return this.#joined(first, second)
    if (type === LEAVE) return this.#left(first)
    const events = this.#lines.get(lineOf(first, second))?.events
    if (events === undefined) return undefined // one of the two has begun anew, or left
    if (type === PART) return events.over(badMirror('the other end could not compare'))
    const hear = type === FRAME ? events.frame : type === NEWS ? events.news : events.gone
    return noteAtWork(this.#mux, bytes.byteLength, hear.call(events, bytes))
  }

  #joined(number: number, instead: number): void {
    workOf(this.#mux)?.charge(JOINED, null)
    if (number <= this.#lastRemote) return this.#fail('a number was used before')
    this.#lastRemote = number
    this.#remotes.delete(instead)
    if (this.#remotes.size === MIRRORS_PER_STREAM) return this.#fail('too many mirrors on one stream')
    this.#remotes.add(number)
    for (const [ours, party] of this.#parties) {
      this.#meet(party, ours, number, this.#endLine(ours, instead)?.line ?? null)
    }
  }

  #left(number: number): void {
    this.#remotes.delete(number)
    for (const ours of this.#parties.keys()) this.#endLine(ours, number)?.events.over(null)
  }

  #meet(party: MirrorEvents, ours: number, theirs: number, instead: Line | null): void {
    const line = new Line(ours, theirs, this.#mux as unknown as RawMux, (type, message) => {
      return this.#lines.get(lineOf(ours, theirs))?.line === line ? this.#send(type, message) : true
    })
    // It may send at once.
    const entry = { line, events: NOBODY }
    this.#lines.set(lineOf(ours, theirs), entry)
    entry.events = party.meet(line, instead)
  }

  #endLine(ours: number, theirs: number): { readonly line: Line; readonly events: LineEvents } | undefined {
    const name = lineOf(ours, theirs)
    const ended = this.#lines.get(name)
    this.#lines.delete(name)
    return ended
  }

  /** @returns whether the stream takes more */
  #send(type: number, message: Message): boolean {
    return this.#channel?.messages[type]?.send(message) ?? true
  }

  #fail(what: string): void {
    const parties = [...this.#parties.values()]
    this.#channel?.close()
    for (const party of parties) party.failed(badMirror(what))
  }
}

const NONE = new Uint8Array(0)
const NOBODY: LineEvents = { async frame() {}, async news() {}, async gone() {}, over() {} }

function lineOf(ours: number, theirs: number): string {
  return `${ours} ${theirs}`
}
