import { MAX_TIMER_MS } from '@manycore/ground'
import type { InnerCore } from '@manycore/hypercore-types'
import b4a from 'b4a'
import { BUSY_PATIENCE, MOST_PATIENCE, MOST_SILENCE } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { beforeRequests, type CoreChannel, type CorePeer, isAsked } from '../hypercore-peer.js'
import {
  answerableElsewhere,
  answersOf,
  askElsewhere,
  endUpdates,
  isAwaited,
  type OurRequest,
  peersOf,
  requestTo,
  silence,
  suspect,
  takeOver,
  unsilence
} from './hypercore-requests.js'
import { type Data, INVALID_REQUEST } from '../messages.js'
import type { Host, Interceptor } from '../interceptors/interceptor.js'
import { UnderWay } from './under-way.js'

/** A request is late at so many looks. We count looks and not time, because a machine that slept has not looked. */
const LOOKS = 4

/**
 * At one look at a channel, so many times a peer may be asked whether it could answer a late request: a millisecond. With 16
 * peers that is enough for all that Hypercore ever has under way, with more of them others have their turn at the next look.
 */
const COMPARED = 8192

const WATCH = Symbol('watch')
const SEEN = Symbol('looks at a request')

const NONE: readonly SeenRequest[] = []

/** What is known of a peer is kept on it, of a request as well. */
type WatchedPeer = CorePeer & { [WATCH]?: Watch }
type SeenRequest = OurRequest & { [SEEN]?: number }

interface Watch {
  readonly requests: Overdue
  readonly channel: CoreChannel
  readonly underWay: UnderWay<SeenRequest>
  /** which of the late requests is compared first at the next look */
  next: number
  /** messages of data at the last look */
  answers: number
  /** looks in a row at which `update()` would have waited for the peer */
  awaited: number
  isLate: boolean
  isTold: boolean
}

/** Kept for a core on a stream, even if the remote closes its channel and opens it again. */
interface Silence {
  /** how often it was silent since it last answered */
  times: number
  /** looks until it is asked for everything again */
  left: number
}

/**
 * Has another peer asked for what one does not answer in time, if there is one that could answer it. Hypercore asks one
 * peer at a time for a longer length, a seek, the proof of a fork and the manifest, three for a block, and waits for them
 * as long as they stay. The silent peer is then asked for nothing that others could give, for twice as long each time, until
 * it answers a request. Without another peer nothing changes: those that are slow are waited for.
 */
export function askOthers(host: Host): Interceptor {
  const requests = new Overdue(host)
  return {
    name: 'requests of ours',
    wrap: ({ open, close, sync, data, noData }) => ({
      open(handshake, channel) {
        requests.add(channel)
        const opening = open(handshake, channel)
        Overdue.joined(channel.userData)
        return opening
      },
      close(isRemote, channel) {
        requests.remove(channel)
        return close(isRemote, channel)
      },
      sync(message, channel) {
        const working = sync(message, channel)
        if (isAwaited(channel.userData)) requests.watch(channel)
        takeOver(channel.userData)
        return working
      },
      data(message, channel) {
        const asked = requestTo(channel.userData, message.request)
        if (asked !== null && isEmpty(message, asked)) {
          return noData({ request: message.request, reason: INVALID_REQUEST }, channel)
        }
        const working = data(message, channel)
        if (asked === null || !requests.isSilent(channel) || !(working instanceof Promise)) return working
        return working.finally(() => {
          if (asked.elapsed > 0) requests.answered(channel)
        })
      }
    }),
    release: () => requests.stop()
  }
}

/** The requests of ours on one stream. */
class Overdue {
  readonly #host: Host
  /** Channels on which something is awaited, of cores that have another peer. */
  readonly #watched = new Set<CoreChannel>()
  readonly #silences = new WeakMap<InnerCore, Silence>()
  #timer: unknown = null

  constructor(host: Host) {
    this.#host = host
  }

  /** A channel opens. */
  add(channel: CoreChannel): void {
    const peer: WatchedPeer = channel.userData
    const underWay = new UnderWay<SeenRequest>(peer)
    const nothing = { next: 0, answers: 0, awaited: 0, isLate: false, isTold: false }
    peer[WATCH] = { requests: this, channel, underWay, ...nothing }
    beforeRequests(peer, (request) => {
      underWay.add(request as SeenRequest)
      this.watch(channel)
    })
    const silent = this.#silences.get(peer.core)
    suspect(peer, silent !== undefined)
    if ((silent?.left ?? 0) > 0) silence(peer)
  }

  /** A peer is among those of its core: from the second one on, somebody else could answer. */
  static joined(peer: CorePeer): void {
    const peers = peersOf(peer)
    for (const each of peers.length === 2 ? peers : [peer]) {
      const watch = (each as WatchedPeer)[WATCH]
      if (watch !== undefined) watch.requests.watch(watch.channel)
    }
  }

  remove(channel: CoreChannel): void {
    if (this.#watched.delete(channel) && this.#watched.size === 0) this.stop()
  }

  /** Something is awaited on a channel. */
  watch(channel: CoreChannel): void {
    if (peersOf(channel.userData).length < 2 || this.#watched.has(channel)) return
    this.#watched.add(channel)
    if (this.#timer === null) this.#wait()
  }

  isSilent({ userData }: CoreChannel): boolean {
    return this.#silences.has(userData.core)
  }

  /** The peer has answered. */
  answered({ userData }: CoreChannel): void {
    this.#silences.delete(userData.core)
    suspect(userData, false)
    unsilence(userData)
  }

  stop(): void {
    if (this.#timer !== null) this.#host.clock.clearTimeout(this.#timer)
    this.#timer = null
  }

  #wait(): void {
    const { answerMs } = this.#host.limits
    if (answerMs === Infinity) return
    this.#timer = this.#host.clock.setTimeout(
      () => this.#lookAtAll(),
      Math.min(answerMs / LOOKS, MAX_TIMER_MS)
    )
  }

  #lookAtAll(): void {
    this.#timer = null
    for (const channel of this.#watched) {
      if (!this.#look(channel)) this.#watched.delete(channel)
    }
    if (this.#watched.size > 0 && this.#timer === null) this.#wait()
  }

  /** @returns whether there is anything left to look at */
  #look(channel: CoreChannel): boolean {
    const peer: WatchedPeer = channel.userData
    const watch = peer[WATCH]!
    if (channel.closed || peersOf(peer).length < 2) return false
    const silent = this.#silences.get(peer.core)
    if (silent !== undefined && silent.left > 0 && --silent.left === 0) unsilence(peer)

    const late = isAsked(peer) ? this.#lateRequests(peer, watch, silent) : NONE
    watch.awaited = isAwaited(peer) ? watch.awaited + 1 : 0
    watch.isLate = late.length > 0 || watch.awaited > LOOKS
    const others = late.length === 0 ? NONE : answerableElsewhere(peer, someOf(late, watch))
    if (others.length > 0) {
      this.#silence(channel, watch)
      askElsewhere(peer, others, isLate)
    }
    if (watch.isLate) {
      if (endUpdates(peer, isLatePeer)) this.#tell(channel, watch)
    } else if (silent === undefined || silent.left === 0) watch.isTold = false
    return isAsked(peer) || watch.awaited > 0 || (this.#silences.get(peer.core)?.left ?? 0) > 0
  }

  #lateRequests(peer: CorePeer, watch: Watch, silent: Silence | undefined): SeenRequest[] {
    const answers = answersOf(peer)
    const looks = answers === watch.answers ? LOOKS : LOOKS * BUSY_PATIENCE
    watch.answers = answers
    const patience = Math.min(2 ** (silent?.times ?? 0), MOST_PATIENCE)
    const late: SeenRequest[] = []
    for (const request of watch.underWay.all()) {
      request[SEEN] = (request[SEEN] ?? -1) + 1
      const isBlock = request.block !== null && request.upgrade === null
      if (request[SEEN] >= (isBlock ? looks : looks * patience)) late.push(request)
    }
    return late
  }

  #silence(channel: CoreChannel, watch: Watch): void {
    const { core } = channel.userData
    const known = this.#silences.get(core)
    if (known !== undefined && known.left > 0) return
    const times = (known?.times ?? 0) + 1
    this.#silences.set(core, { times, left: LOOKS * Math.min(2 ** times, MOST_SILENCE) })
    suspect(channel.userData, true)
    silence(channel.userData)
    watch.isTold = false
    this.#tell(channel, watch)
  }

  #tell(channel: CoreChannel, watch: Watch): void {
    if (watch.isTold) return
    watch.isTold = true
    const { answerMs } = this.#host.limits
    const key = b4a.toString(channel.id, 'hex')
    const text = `a remote has not answered about core ${key} for ${answerMs} ms; others are asked`
    this.#host.limited(new ReplicatorError('UNANSWERED', text), channel)
  }
}

/** As many late requests as may be compared at one look, in turn. */
function someOf(late: readonly SeenRequest[], watch: Watch): readonly SeenRequest[] {
  const most = Math.ceil(COMPARED / peersOf(watch.channel.userData).length)
  if (late.length <= most) return late
  const first = watch.next % late.length
  watch.next = first + most
  return [...late.slice(first), ...late.slice(0, first)].slice(0, most)
}

/**
 * Hypercore takes data that gives nothing for an answer (`Replicator._ondata()`), and asks the same peer again, at once.
 * After 32 times noData with this reason it asks the peer for nothing more.
 */
function isEmpty({ block, hash, seek, upgrade, manifest }: Data, request: OurRequest): boolean {
  if (request.upgrade !== null && upgrade === null) return manifest === null || !request.manifest
  return block === null && hash === null && seek === null && upgrade === null && manifest === null
}

function isLate(request: SeenRequest): boolean {
  return (request[SEEN] ?? 0) >= LOOKS
}

function isLatePeer(peer: WatchedPeer): boolean {
  return peer[WATCH]?.isLate === true
}
