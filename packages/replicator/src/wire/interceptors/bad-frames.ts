import { ReplicatorError } from '../../errors.js'
import { aroundDecode } from '../encodings.js'
import type { Interceptor } from './interceptor.js'

/** Has a message that cannot be decoded end the stream with BAD_FRAME, whatever its encoding throws. */
export function refuseBadFrames(): Interceptor {
  const safe = aroundDecode((encoding) => (state) => {
    try {
      return encoding.decode(state)
    } catch (cause) {
      throw new ReplicatorError('BAD_FRAME', 'a message of a core cannot be decoded', { cause })
    }
  })

  return {
    name: 'frames',
    make: (make) => (opts) => {
      opts.handshake = safe(opts.handshake)
      for (const message of opts.messages) message.encoding = safe(message.encoding)
      return make(opts)
    }
  }
}
