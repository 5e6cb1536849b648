import type { InnerCore, Peer, Protomux } from '@manycore/hypercore-types'
import { createOneWay } from './one-way.js'
import type { WireOptions } from './one-way.js'
import { answerUnprovable } from './opens.js'
import type { RequestingPeer } from './opens.js'
import type { Direction } from './direction.js'

type Handler<T extends unknown[]> = (...args: [...T, CoreChannel]) => unknown

/** What hypercore gives to createChannel, as far as it is touched here. Source: 11.37.1 lib/replicator.js:3235. */
interface CoreChannelOptions {
  protocol: string
  id: Uint8Array
  messages: { onmessage: Handler<[unknown]> }[]
  onopen: Handler<[unknown]>
  ondrain: Handler<[]>
}

interface CoreChannel {
  readonly closed: boolean
  /** hypercore's Peer */
  readonly userData: RequestingPeer & Peer
}

interface OpenMux extends Protomux {
  createChannel(opts: CoreChannelOptions): unknown
}

/** Gets a core's failure; false = nobody minds this core, the stream ends. */
type Report = (err: Error, core: InnerCore) => boolean

const reports = new WeakMap<Protomux, Report>()

/** Upstream's handlers are the same functions for all channels (lib/replicator.js:3389): so are ours. */
const isolated = new WeakMap<object, unknown>()

/**
 * Keeps a core that fails at work, as with a read error while it serves a block, from ending the stream:
 * Protomux destroys it when a handler of any channel rejects (protomux 3.12.1 index.js:122). Channels
 * opened from now on report instead. What the remote did wrong is a HypercoreError (hypercore 11.37.1
 * lib/replicator.js:3379) and ends the stream as before.
 * @param oneWay  which way a core goes; null = both
 * @param onpeer  gets hypercore's peer of each channel that opens, before it does anything
 * @returns ends it
 */
export function isolateCores(
  mux: Protomux,
  protocol: string,
  report: Report,
  oneWay: (discoveryKey: Uint8Array) => Direction | null,
  onpeer: (peer: RequestingPeer, core: InnerCore) => void
): () => void {
  const open = mux as OpenMux
  const { createChannel } = open

  const isolating = (opts: CoreChannelOptions): unknown => {
    if (opts.protocol === protocol) {
      for (const message of opts.messages) {
        Object.assign(message, { onmessage: isolate(message.onmessage, settle) })
      }
      Object.assign(opts, { onopen: opening(opts.onopen, onpeer) })
      opts.ondrain = isolate(opts.ondrain, settleDrain)
      const way = oneWay(opts.id)
      if (way !== null) {
        return createOneWay(way, opts as WireOptions, () => createChannel.call(mux, opts))
      }
    }
    return createChannel.call(mux, opts)
  }

  reports.set(mux, report)
  open.createChannel = isolating
  return () => {
    reports.delete(mux)
    if (open.createChannel === isolating) open.createChannel = createChannel
  }
}

function settle(err: Error, { closed, userData }: CoreChannel): void {
  const report = reports.get(userData.protomux)
  if (closed || err.name === 'HypercoreError' || !report?.(err, userData.core)) throw err
}

/** ondrain corks, and forgets that when it fails (hypercore 11.37.1 lib/replicator.js:975). */
function settleDrain(err: Error, channel: CoreChannel): void {
  channel.userData.protomux.uncork()
  settle(err, channel)
}

/** Here the peer of a channel can be had for the first time. */
function opening(
  onopen: Handler<[unknown]>,
  onpeer: (peer: RequestingPeer, core: InnerCore) => void
): Handler<[unknown]> {
  return (handshake, channel) => {
    answerUnprovable(channel.userData)
    onpeer(channel.userData, channel.userData.core)
    return onopen(handshake, channel)
  }
}

/** The handler, which may throw, reject, or do neither, with its failures going to `onerror`. */
function isolate<T extends unknown[]>(
  handler: Handler<T>,
  onerror: (err: Error, channel: CoreChannel) => void
): Handler<T> {
  const known = isolated.get(handler)
  if (known !== undefined) return known as Handler<T>

  const fresh: Handler<T> = (...args) => {
    const channel = args.at(-1) as CoreChannel
    try {
      const working = handler(...args)
      if (!(working instanceof Promise)) return working
      return working.catch((err: Error) => onerror(err, channel))
    } catch (err) {
      return onerror(err as Error, channel)
    }
  }
  isolated.set(handler, fresh)
  return fresh
}
