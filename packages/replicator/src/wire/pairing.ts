import b4a from 'b4a'
import type { Clock } from '@manycore/ground'
import type { InnerCore, Protomux } from '@manycore/hypercore-types'
import type { ReplicatorError } from '../errors.js'
import type { Limits } from '../options.js'
import { ChannelGuard } from './channel-guard.js'
import type { Direction } from './direction.js'
import { FrameIntake } from './frames/intake.js'
import type { WaitingBytes } from './frames/waiting-bytes.js'
import { BYTES_AT_WORK } from '../defaults.js'
import type { CoreChannel, CorePeer } from './hypercore-peer.js'
import { Inbox } from './inbox.js'
import type { Host, StreamLimits } from './interceptors/interceptor.js'
import { PROTOCOL } from './messages.js'
import { safeDestroy } from './protomux.js'
import { channelOf } from './sync/muxes.js'
import type { Work } from './work.js'

/** One replicator on one mux. */
interface Party {
  /** The remote opens a channel for a core that nobody has attached. @param hexId  the discovery key. Never rejects */
  ask(hexId: string): Promise<void>
  /** A core failed. @returns whether it was attached by this party */
  fail(err: Error, core: InnerCore): boolean
  /** The remote has reached a limit. @param discoveryKey  32 bytes; null = no core is concerned */
  limited(err: ReplicatorError, discoveryKey: Uint8Array | null): void
  /** The remote has done with a core what no honest one does. @returns whether it was attached by this party */
  closeChannel(err: ReplicatorError, core: InnerCore): boolean
  /** Which way a core goes that this party attached; null = both, or not attached. */
  direction(discoveryKey: Uint8Array): Direction | null
  /** A channel opens. The party may hold the downloads of what it attached. */
  opened(peer: CorePeer, core: InnerCore): void
  /** Something may have changed in where the two copies of a core stand. */
  moved(core: InnerCore): void
  /** Those of the first party hold for the mux, even once that one has left, until all have. */
  readonly limits: Limits
  /** That of the first party is the mux's as long as there is the mux. */
  readonly clock: Clock
  /** That of the first party counts what waits on the mux, even once that one has left, until all have. */
  readonly waiting: WaitingBytes
}

/**
 * Everything we keep of a mux, as long as there is the mux: what a remote has used of its limits is not forgotten when
 * all parties leave, and others come.
 */
const muxes = new WeakMap<Protomux, MuxState>()

/** @returns a function that takes this party off the mux */
export function join(mux: Protomux, party: Party): () => void {
  let state = muxes.get(mux)
  if (state === undefined) muxes.set(mux, (state = new MuxState(mux, party.clock)))
  return state.join(party)
}

/** The account of what the remote of a mux costs; null = nobody has joined it. */
export function workOf(mux: Protomux): Work | null {
  return muxes.get(mux)?.work ?? null
}

/** Whether several have joined a mux. */
export function isSharedMux(mux: Protomux): boolean {
  return muxes.get(mux)?.isShared ?? false
}

/**
 * Counts a message of another protocol among those of its stream that are at work, until its handler has ended: as one for each
 * `BYTES_AT_WORK` bytes of it, so that large ones are not many at a time. While there are too many, nothing more of the stream is
 * worked on.
 * @returns the same promise
 */
export function noteAtWork(mux: Protomux, bytes: number, working: Promise<void>): Promise<void> {
  const inbox = muxes.get(mux)?.inbox
  if (inbox === undefined) return working
  const messages = 1 + Math.ceil(bytes / BYTES_AT_WORK)
  const done = (): void => inbox.done(messages)
  inbox.atWork += messages
  working.then(done, done)
  return working
}

/**
 * Who minds the cores of a mux. A mux has one slot for each protocol, and a second `pair()` silently takes it; the list
 * lets several replicators share a stream.
 */
class MuxState implements Host {
  readonly mux: Protomux
  readonly clock: Clock
  readonly inbox: Inbox
  limits: StreamLimits = UNLIMITED
  readonly #parties = new Set<Party>()
  readonly #guard: ChannelGuard
  #release = (): void => {}

  constructor(mux: Protomux, clock: Clock) {
    this.mux = mux
    this.clock = clock
    this.inbox = new Inbox(mux, clock, (reason) => this.limited(reason, null))
    this.#guard = new ChannelGuard(this)
  }

  join(party: Party): () => void {
    if (this.#parties.size === 0) this.#open(party)
    this.#parties.add(party)
    return () => {
      if (!this.#parties.delete(party) || this.#parties.size > 0) return
      this.#release()
      if (this.mux.stream.destroyed) muxes.delete(this.mux) // nobody will join it again
    }
  }

  get isShared(): boolean {
    return this.#parties.size > 1
  }

  get work(): Work {
    return this.inbox.work
  }

  limited(err: ReplicatorError, channel: CoreChannel | null): void {
    const discoveryKey = channel?.id ?? err.discoveryKey ?? null
    for (const party of this.#parties) party.limited(err, discoveryKey)
  }

  closeChannel(err: ReplicatorError, { userData }: CoreChannel): void {
    const closing = Array.from(this.#parties, (party) => party.closeChannel(err, userData.core))
    if (!closing.includes(true)) safeDestroy(this.mux, err)
  }

  fail(err: Error, core: InnerCore): boolean {
    return Array.from(this.#parties).some((party) => party.fail(err, core))
  }

  direction(discoveryKey: Uint8Array): Direction | null {
    for (const party of this.#parties) {
      const direction = party.direction(discoveryKey)
      if (direction !== null) return direction
    }
    return null
  }

  opened(peer: CorePeer, core: InnerCore): void {
    for (const party of this.#parties) party.opened(peer, core)
  }

  moved(core: InnerCore): void {
    for (const party of this.#parties) party.moved(core)
  }

  #open({ limits, waiting }: Party): void {
    this.limits = limits
    this.mux.pair({ protocol: PROTOCOL }, (discoveryKey) => ask(this.#parties, discoveryKey))
    const uninstall = this.#guard.install()
    const letGo = new FrameIntake(this.mux, this.inbox, waiting).install()
    this.#release = () => {
      this.mux.unpair({ protocol: PROTOCOL })
      letGo()
      uninstall()
      this.limits = UNLIMITED
    }
  }
}

const UNLIMITED: StreamLimits = {
  answerMs: Infinity,
  pendingOpens: Infinity,
  unreadAnswers: Infinity,
  requestsPerChannel: Infinity,
  pagesPerStream: Infinity
}

/** Never rejects: Protomux would destroy the whole stream (`_requestSession()`). */
function ask(parties: Set<Party>, discoveryKey: Uint8Array | null): Promise<unknown> | null {
  if (discoveryKey?.byteLength !== 32) return null // a channel without a core: Protomux rejects it
  const hexId = b4a.toString(discoveryKey, 'hex')
  const [first, ...others] = parties
  if (others.length === 0) return first?.ask(hexId) ?? null
  return Promise.all(Array.from(parties, (party) => party.ask(hexId)))
}

/**
 * Closes the channel of a core on this mux, even if the remote has not answered it yet. One that another copy of the core has is
 * none of its business: it belongs to another store.
 * @returns a promise that resolves once no message of it is being worked on; null if none is
 */
export function closeChannel(mux: Protomux, core: InnerCore): Promise<void> | null {
  const channel = channelOf(mux, core)
  if (channel === null) return null
  channel.close()
  return channel.destroyed ? null : channel.fullyClosed()
}
