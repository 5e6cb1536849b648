import { ReplicatorError } from '../../errors.js'
import type { Host, Interceptor } from './interceptor.js'
import {
  aroundAnswers,
  aroundMessages,
  type CoreChannel,
  invalidRequests,
  mayAnswer,
  refuseRequest
} from '../hypercore-peer.js'
import { NOT_AVAILABLE } from '../messages.js'

/**
 * Keeps a core that fails at work, as with a read error while it serves a block, from ending the stream: Protomux
 * destroys it if a handler of any channel rejects (`Channel._track()`). What the remote did wrong is a HypercoreError
 * (`isCriticalError()` of hypercore's lib/replicator.js) or an error of ours, and ends the stream.
 */
export function reportFailures(host: Host): Interceptor {
  function settle(err: unknown, { closed, userData }: CoreChannel): void {
    const failure = err as Error
    const isOfRemote = failure.name === 'HypercoreError' || failure instanceof ReplicatorError
    if (closed || isOfRemote || !host.fail(failure, userData.core)) throw err
  }

  /** Hypercore corks, and forgets that when it fails (`Peer._handleRequests()`). */
  function settleDrain(err: unknown, channel: CoreChannel): void {
    host.mux.uncork()
    settle(err, channel)
  }

  return {
    name: 'failures',
    wrap: (inner) => ({
      ...aroundMessages(inner, (handler) => (message, channel) => {
        try {
          return settled(handler(message, channel), channel, settle)
        } catch (err) {
          return settle(err, channel)
        }
      }),
      drain(channel) {
        try {
          return settled(inner.drain(channel), channel, settleDrain)
        } catch (err) {
          return settleDrain(err, channel)
        }
      }
    })
  }
}

type OnError = (err: unknown, channel: CoreChannel) => void

function settled(working: unknown, channel: CoreChannel, onerror: OnError): unknown {
  return working instanceof Promise ? working.catch((err: unknown) => onerror(err, channel)) : working
}

/** Hypercore bears so many requests that cannot be answered; more end the stream (`MAX_INVALID_REQUESTS`). */
const MAX_INVALID_REQUESTS = 64

/**
 * Hypercore answers with noData what it cannot prove, unless it finds that out only as it reads the nodes of the tree
 * (`Peer._fulfillRequest()`): then it would end the stream. A core whose blocks came from several peers may lack some
 * nodes for a third one's request. It also takes for granted that it has the blocks, of any fork, that are asked for by a
 * peer which it has paused, and would end the process.
 */
export function answerUnprovable(): Interceptor {
  return {
    name: 'unprovable requests',
    wrap: ({ open }) => ({
      open(handshake, channel) {
        const peer = channel.userData
        aroundAnswers(peer, async (request, answer) => {
          if (!mayAnswer(peer, request)) {
            refuseRequest(peer, request, NOT_AVAILABLE)
            return
          }
          try {
            await answer(request)
          } catch (err) {
            const isOurs = (err as { code?: unknown }).code === 'INVALID_OPERATION'
            if (!isOurs || invalidRequests(peer) >= MAX_INVALID_REQUESTS) throw err
            refuseRequest(peer, request, NOT_AVAILABLE)
          }
        })
        return open(handshake, channel)
      }
    })
  }
}
