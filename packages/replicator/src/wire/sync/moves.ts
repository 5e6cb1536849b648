import { aroundMessages, type CoreChannel } from '../hypercore-peer.js'
import type { MessageType } from '../messages.js'
import type { Host, Interceptor } from '../interceptors/interceptor.js'

/** Messages that change what is known of the two copies of a core. */
const TELLING: ReadonlySet<MessageType> = new Set(['sync', 'request', 'data', 'noData', 'bitfield', 'range'])

/**
 * Tells the parties when something may have changed in where a core stands: once Hypercore is done with a message, and when
 * a channel opens, closes or takes more. While nobody asks, that is one call that returns at once.
 */
export function tellMoves(host: Host): Interceptor {
  const tell = ({ userData }: CoreChannel): void => host.moved(userData.core)
  return {
    name: 'moves',
    wrap: (inner) => ({
      ...aroundMessages(inner, (handler, type) => {
        if (!TELLING.has(type)) return handler
        return (message, channel) => {
          const working = handler(message, channel)
          if (!(working instanceof Promise)) tell(channel)
          else working.then(() => tell(channel), noop)
          return working
        }
      }),
      open(handshake, channel) {
        const working = inner.open(handshake, channel)
        tell(channel)
        return working
      },
      close(isRemote, channel) {
        const working = inner.close(isRemote, channel)
        tell(channel)
        return working
      },
      drain(channel) {
        const working = inner.drain(channel)
        if (working instanceof Promise) working.then(() => tell(channel), noop)
        return working
      }
    })
  }
}

function noop(): void {}
