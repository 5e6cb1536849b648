import { EXTENSION_NAME_BYTES } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { lastExtension } from '../hypercore-peer.js'
import { MESSAGES } from '../messages.js'
import { aroundDecode } from '../encodings.js'
import type { Encoding } from '../protomux.js'
import { readUint } from '../uint.js'
import type { Interceptor } from './interceptor.js'

/**
 * Ends the stream of a remote that names an extension by more bytes than anybody registers. Hypercore decodes the name of
 * each message to a string, of up to 16 MB, and keeps the last one (`Peer.onextension()`).
 */
export function boundExtensions(): Interceptor {
  const bound = aroundDecode((encoding) => (state) => {
    const bytes = readUint({ ...state })
    if (bytes > EXTENSION_NAME_BYTES) {
      throw new ReplicatorError('BAD_FRAME', `an extension with a name of ${bytes} bytes`)
    }
    return encoding.decode(state)
  })

  return {
    name: 'extensions',
    make: (make) => (opts) => {
      const extension = opts.messages[MESSAGES.indexOf('extension')]
      if (extension !== undefined) extension.encoding = bound(extension.encoding)
      return make(opts)
    }
  }
}

/**
 * Ends the stream of a remote whose message a registered extension cannot decode, as with any other message. Hypercore
 * decodes it and calls the extension in one go (`registerExtension()`), and what the extension itself throws is a failure
 * here: so if there is one, it is decoded once more.
 */
export function refuseBadExtensions(): Interceptor {
  return {
    name: 'extension messages',
    wrap: ({ extension }) => ({
      extension(message, channel) {
        try {
          return extension(message, channel)
        } catch (err) {
          checkMessage(message.message, lastExtension(channel.userData))
          throw err
        }
      }
    })
  }
}

function checkMessage(buffer: Uint8Array, encoding: Encoding | undefined): void {
  try {
    encoding?.decode({ start: 0, end: buffer.byteLength, buffer })
  } catch (cause) {
    throw new ReplicatorError('BAD_FRAME', 'a message of an extension cannot be decoded', { cause })
  }
}
