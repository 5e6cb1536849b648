import type { InnerCore, Protomux } from '@manycore/hypercore-types'

/** What hypercore gives to createChannel, as far as it is touched here. Source: 11.37.1 lib/replicator.js:3235. */
interface CoreChannelOptions {
  protocol: string
  messages: { onmessage(message: unknown, channel: CoreChannel): unknown }[]
  ondrain(channel: CoreChannel): unknown
}

interface CoreChannel {
  readonly closed: boolean
  /** hypercore's Peer */
  readonly userData: { readonly core: InnerCore }
}

interface OpenMux extends Protomux {
  createChannel(opts: CoreChannelOptions): unknown
}

/**
 * Keeps a core that fails at work, as with a read error while it serves a block, from ending the stream:
 * Protomux destroys it when a handler of any channel rejects (protomux 3.12.1 index.js:122). Channels
 * opened from now on report instead. What the remote did wrong is a HypercoreError (hypercore 11.37.1
 * lib/replicator.js:3379) and ends the stream as before.
 * @param report gets the failure; false = nobody minds this core, the stream ends
 * @returns ends it
 */
export function isolateCores(
  mux: Protomux,
  protocol: string,
  report: (err: Error, core: InnerCore) => boolean
): () => void {
  const open = mux as OpenMux
  const { createChannel } = open

  const settle = (err: Error, channel: CoreChannel): void => {
    if (channel.closed || err.name === 'HypercoreError' || !report(err, channel.userData.core)) throw err
  }
  const isolated = (opts: CoreChannelOptions): unknown => {
    if (opts.protocol !== protocol) return createChannel.call(mux, opts)
    const messages = opts.messages.map(({ onmessage, ...rest }) => ({
      ...rest,
      onmessage: (message: unknown, channel: CoreChannel) =>
        settled(
          () => onmessage(message, channel),
          (err) => settle(err, channel)
        )
    }))
    const ondrain = (channel: CoreChannel): unknown =>
      settled(
        () => opts.ondrain(channel),
        (err) => {
          mux.uncork() // ondrain corks, and forgets that when it fails (hypercore 11.37.1 lib/replicator.js:975)
          settle(err, channel)
        }
      )
    return createChannel.call(mux, { ...opts, messages, ondrain })
  }

  open.createChannel = isolated
  return () => {
    if (open.createChannel === isolated) open.createChannel = createChannel
  }
}

/** Runs a handler that may throw, reject, or do neither. */
function settled(handle: () => unknown, onerror: (err: Error) => void): unknown {
  try {
    const working = handle()
    return working instanceof Promise ? working.catch(onerror) : working
  } catch (err) {
    return onerror(err as Error)
  }
}
