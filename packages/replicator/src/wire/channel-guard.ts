import type { Protomux } from '@manycore/hypercore-types'
import { refuseBadFrames } from './interceptors/bad-frames.js'
import { boundClaims } from './interceptors/claims.js'
import { chargeCloses } from './interceptors/closes.js'
import { boundData } from './interceptors/data.js'
import { boundExtensions, refuseBadExtensions } from './interceptors/extensions.js'
import { answerUnprovable, reportFailures } from './interceptors/failures.js'
import type { Host, Interceptor, Make } from './interceptors/interceptor.js'
import { boundForks } from './asking/forks.js'
import type { Handler, Handlers } from './hypercore-peer.js'
import { MESSAGES, isOfCore } from './messages.js'
import { oneWay } from './interceptors/one-way.js'
import { boundOtherOpens, countOpens, refuseClosedOpens } from './interceptors/opens.js'
import { noteSenders } from './interceptors/proofs.js'
import { askOthers } from './asking/overdue.js'
import { type ChannelOptions, replaceCalls } from './protomux.js'
import { boundAnswers } from './interceptors/reads.js'
import { boundRequests } from './interceptors/requests.js'
import { newestSync } from './interceptors/syncs.js'
import { tellLengths } from './sync/lengths.js'
import { tellMoves } from './sync/moves.js'
import { holdOpens } from './interceptors/waiting-opens.js'
import { chargeWork } from './interceptors/work.js'

/**
 * Everything that stands between a remote and Hypercore, the outermost first: what comes from the remote goes down this
 * list to Hypercore, and a failure of Hypercore goes up. An interceptor is made once per mux and keeps its state there.
 */
export const INTERCEPTORS: readonly ((host: Host) => Interceptor)[] = [
  chargeWork,
  chargeCloses,
  countOpens,
  holdOpens,
  boundOtherOpens,
  refuseClosedOpens,
  refuseBadFrames,
  boundExtensions,
  newestSync,
  boundForks,
  askOthers,
  boundAnswers,
  boundRequests,
  boundData,
  noteSenders,
  oneWay,
  boundClaims,
  reportFailures,
  refuseBadExtensions,
  answerUnprovable,
  announcePeers,
  tellLengths,
  tellMoves
]

/**
 * The one wrapper of a mux: of `createChannel()`, and of what the remote says to the mux itself. Channels that open from
 * now on are guarded, and stay so until they close.
 */
export class ChannelGuard {
  readonly #mux: Protomux
  readonly #interceptors: readonly Interceptor[]
  /** by upstream's handler of `open`, which is the same for all channels of one copy of Hypercore */
  readonly #handlers = new WeakMap<ChannelOptions['onopen'], Handlers>()

  constructor(host: Host) {
    this.#mux = host.mux
    this.#interceptors = INTERCEPTORS.map((interceptor) => interceptor(host))
  }

  /** @returns a function that takes the guard off the mux */
  install(): () => void {
    const restore = replaceCalls(this.#mux, (upstream) => {
      const calls = this.#around(upstream, (each, inner) => ({ ...inner, ...each.control?.(inner) }))
      const make = this.#around<Make>(calls.createChannel, (each, inner) => each.make?.(inner) ?? inner)
      return {
        ...calls,
        createChannel: (opts) =>
          isOfCore(opts.protocol) ? make(this.#guard(opts)) : calls.createChannel(opts)
      }
    })
    return () => {
      for (const interceptor of this.#interceptors) interceptor.release?.()
      restore()
    }
  }

  #around<T>(innermost: T, put: (interceptor: Interceptor, inner: T) => T): T {
    return this.#interceptors.reduceRight((inner, each) => put(each, inner), innermost)
  }

  #guard(opts: ChannelOptions): ChannelOptions {
    const { open, close, drain, ...messages } = this.#handlersOf(opts)
    const onmessages = messages as Record<string, Handler<never>>
    for (const [place, message] of opts.messages.entries()) {
      Object.assign(message, { onmessage: onmessages[nameOf(place)] })
    }
    return Object.assign(opts, { onopen: open, onclose: close, ondrain: drain })
  }

  #handlersOf({ onopen, onclose, ondrain, messages }: ChannelOptions): Handlers {
    const known = this.#handlers.get(onopen)
    if (known !== undefined) return known
    const named = messages.map(({ onmessage }, place) => [nameOf(place), onmessage])
    const upstream = {
      open: onopen,
      close: onclose,
      drain: ondrain,
      ...Object.fromEntries(named)
    } as Handlers
    const handlers = this.#around(upstream, (each, inner) => ({ ...inner, ...each.wrap?.(inner) }))
    this.#handlers.set(onopen, handlers)
    return handlers
  }
}

/** A message that a later Hypercore may add is guarded under its number. */
function nameOf(place: number): string {
  return MESSAGES[place] ?? String(place)
}

/** Tells the parties of each peer before it does anything. */
function announcePeers(host: Host): Interceptor {
  return {
    name: 'peers',
    wrap: ({ open }) => ({
      open(handshake, channel) {
        host.opened(channel.userData, channel.userData.core)
        return open(handshake, channel)
      }
    })
  }
}
