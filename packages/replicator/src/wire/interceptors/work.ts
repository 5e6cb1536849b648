import {
  CANCEL,
  CLAIM,
  type Cost,
  DATA,
  EXTENSION,
  NO_DATA,
  OPEN,
  REQUEST,
  SYNC,
  UNWANT,
  WANT
} from '../costs.js'
import { ReplicatorError } from '../../errors.js'
import { aroundMessages, type CoreChannel, type CorePeer, type Handlers } from '../hypercore-peer.js'
import { requestTo } from '../asking/hypercore-requests.js'
import type { Data, MessageType } from '../messages.js'
import type { Host, Interceptor } from './interceptor.js'

/** Messages that the remote is entitled to, until they turn out not to be. */
const SPENT: Partial<Record<MessageType, Cost>> = { request: REQUEST, data: DATA }

/** Messages that prove nothing. */
const CHARGED: Partial<Record<MessageType, Cost>> = {
  cancel: CANCEL,
  noData: NO_DATA,
  want: WANT,
  unwant: UNWANT,
  bitfield: CLAIM,
  range: CLAIM,
  extension: EXTENSION
}

/** Bytes of the longest sync or request that Hypercore sends: what comes behind its numbers nobody reads. */
const LONGEST = 128

/** A block more says that the remote could announce it, by a sync and a range. */
const ANNOUNCED: Cost = SYNC + CLAIM

/**
 * Takes the messages of a stream from its inbox, and charges each before it is worked on. What a message costs beyond the
 * fixed sum here is charged by the interceptor that knows it.
 */
export function chargeWork(host: Host): Interceptor {
  const { inbox, work } = host
  const done = (): void => inbox.done()

  /** @returns our length, if the message is an answer that may prove a longer one; else Infinity */
  function upgraded({ request, upgrade }: Data, peer: CorePeer): number {
    return upgrade !== null && requestTo(peer, request) !== null ? (peer.core.state?.length ?? 0) : Infinity
  }

  /** What the remote has proved allows it to announce as much. */
  function proved(channel: CoreChannel, length: number): void {
    const { state } = channel.userData.core
    if (state !== null && state.length > length) work.credit((state.length - length) * ANNOUNCED)
  }

  /** Hypercore throws if the remote does not know the key of the core; the stream ends then. */
  function openProved(inner: Handlers, handshake: unknown, channel: CoreChannel): unknown {
    try {
      return inner.open(handshake, channel)
    } catch (cause) {
      if ((cause as { code?: unknown }).code === 'INVALID_CAPABILITY') {
        const text = 'a remote opens a core whose key it does not know'
        host.limited(new ReplicatorError('INVALID_CAPABILITY', text, { cause }), channel)
      }
      throw cause
    }
  }

  return {
    name: 'work',
    control: ({ _decode, _onopensession }) => {
      inbox.listen(_decode)
      return {
        _decode(remoteId, state) {
          inbox.receive(remoteId, state)
          return null
        },
        _onopensession(state) {
          work.chargeMessage(OPEN, null)
          return _onopensession(state)
        }
      }
    },
    wrap: (inner) => {
      const others = aroundMessages(inner, (handler, type) => {
        const spent = SPENT[type] ?? 0
        const charged = CHARGED[type] ?? 0
        return (message, channel) => {
          if (spent > 0) work.spend(spent)
          if (charged > 0) work.chargeMessage(charged, channel)
          else if (type !== 'data' && work.bytes > LONGEST) work.chargeMessage(0, channel)
          const length = type === 'data' ? upgraded(message as Data, channel.userData) : Infinity
          const working = handler(message, channel)
          if (!(working instanceof Promise)) return working
          inbox.atWork++
          working.then(
            length === Infinity
              ? done
              : () => {
                  inbox.done()
                  proved(channel, length)
                },
            done
          )
          return working
        }
      })
      return {
        ...others,
        open(handshake, channel) {
          return openProved(inner, handshake, channel)
        }
      }
    },
    release: () => inbox.release()
  }
}
