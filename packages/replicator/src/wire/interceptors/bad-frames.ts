import { ReplicatorError } from '../../errors.js'
import type { Interceptor } from './interceptor.js'
import type { Encoding } from '../protomux.js'

/** Has a message that cannot be decoded end the stream with BAD_FRAME, whatever its encoding throws. */
export function refuseBadFrames(): Interceptor {
  /** Upstream's encodings are the same for all channels: so are ours. */
  const known = new WeakMap<Encoding, Encoding>()

  function safe(encoding: Encoding): Encoding {
    const before = known.get(encoding)
    if (before !== undefined) return before
    const decode = (state: object): unknown => {
      try {
        return encoding.decode(state)
      } catch (cause) {
        throw new ReplicatorError('BAD_FRAME', 'a message of a core cannot be decoded', { cause })
      }
    }
    const fresh = Object.assign(Object.create(encoding) as Encoding, { decode })
    known.set(encoding, fresh)
    return fresh
  }

  return {
    name: 'frames',
    make: (make) => (opts) => {
      opts.handshake = safe(opts.handshake)
      for (const message of opts.messages) message.encoding = safe(message.encoding)
      return make(opts)
    }
  }
}
