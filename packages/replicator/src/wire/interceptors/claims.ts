import { MAX_BLOCKS } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { contiguousOf, countMessages } from '../claims/claiming-peer.js'
import { Claims } from '../claims/claims.js'
import type { Total } from '../claims/intervals.js'
import { Pages, StreamPages } from '../claims/pages.js'
import { Telling } from '../claims/telling.js'
import { noteWant } from '../claims/wants.js'
import { HINT } from '../costs.js'
import type { CoreChannel, Handler, Handlers } from '../hypercore-peer.js'
import { MESSAGES, type Range, type Want } from '../messages.js'
import type { Host, Interceptor } from './interceptor.js'

/** What a remote claims is kept on its channel, once it is more than blocks from 0 on that we know to exist. */
const CLAIMS = Symbol('claims')

type ClaimingChannel = CoreChannel & { [CLAIMS]?: { readonly claims: Claims; readonly pages: Pages } }

/**
 * Has Hypercore hear of what a remote says it has, as far as it is known here that the core has such blocks, and page by
 * page where that is much. Hypercore believes every claim: it makes pages for them and goes through all that lies between,
 * and it writes the longest to storage.
 */
export function boundClaims(host: Host): Interceptor {
  const pages = new StreamPages(host)
  const waiting: Total = { count: 0 }

  function claimsOf(channel: ClaimingChannel, { range }: Handlers): Claims {
    let own = channel[CLAIMS]
    if (own === undefined) {
      const ofChannel = new Pages(pages)
      const tell: Handler<Range> = (message, on) => {
        countMessages(on.userData, 'wireRange', -1) // it is a part of one that is counted
        return range(message, on)
      }
      const telling = new Telling(host, channel, tell, ofChannel)
      own = { claims: new Claims(host, channel, telling, waiting), pages: ofChannel }
      channel[CLAIMS] = own
    }
    return own.claims
  }

  return {
    name: 'claims',
    make: (make) => (opts) => {
      const channel = make(opts)
      const want = channel?.messages[MESSAGES.indexOf('want')]
      if (channel === null || want === undefined) return channel
      const { send } = want
      want.send = (message) => {
        noteWant(channel, message as Want)
        return send(message)
      }
      return channel
    },
    wrap: (inner) => ({
      range(message, channel: ClaimingChannel) {
        const { drop, start, length } = message
        const peer = channel.userData
        checkEnd(start + length)
        const isNews = drop || length > contiguousOf(peer)
        if (!drop && start === 0 && isNews && length <= peer.core.state!.length) {
          host.work.charge(HINT, channel)
          return inner.range(message, channel)
        }
        countMessages(peer, 'wireRange', 1)
        if (length > 0 && (isNews || start > 0)) {
          return claimsOf(channel, inner).range(drop, start, start + length)
        }
        return undefined
      },
      bitfield({ start, bitfield }, channel) {
        countMessages(channel.userData, 'wireBitfield', 1)
        checkEnd(start + bitfield.byteLength * 8)
        if (start % 32 !== 0) throw new ReplicatorError('BAD_FRAME', `a bitfield from block ${start} on`)
        if (bitfield.byteLength > 0) claimsOf(channel, inner).bitfield(start, bitfield)
      },
      sync(message, channel: ClaimingChannel) {
        const claims = channel[CLAIMS]?.claims
        if (claims === undefined) return inner.sync(message, channel)
        if (!claims.sync(message)) return undefined
        const working = inner.sync(message, channel)
        claims.advance()
        return working
      },
      close(isRemote, channel: ClaimingChannel) {
        channel[CLAIMS]?.pages.release()
        channel[CLAIMS]?.claims.release()
        return inner.close(isRemote, channel)
      }
    })
  }
}

/** Hypercore goes over all segments up to the last that a remote named (`RemoteBitfield.findFirst()`). */
function checkEnd(end: number): void {
  if (end <= MAX_BLOCKS) return
  throw new ReplicatorError('BAD_FRAME', `block ${end - 1}; a core has at most ${MAX_BLOCKS}`)
}
