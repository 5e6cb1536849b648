import b4a from 'b4a'
import { HONEST_REQUESTS } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import { LATE_REQUEST, REQUEST, SEEK, UPGRADE } from '../costs.js'
import { hasAsked, unansweredRequests } from '../hypercore-peer.js'
import type { Host, Interceptor } from './interceptor.js'

/**
 * Bounds the requests of a channel that are not answered, and states what they cost. A request that gets data is only
 * spent. One that takes the place of another is charged, and so are those beyond `HONEST_REQUESTS`: no Hypercore sends such. One that cannot be
 * answered is charged when the noData goes out (`Outgoing`).
 */
export function boundRequests(host: Host): Interceptor {
  return {
    name: 'requests',
    wrap: ({ request }) => ({
      request(message, channel) {
        const { limits, work } = host
        const most = limits.requestsPerChannel
        const peer = channel.userData
        const unanswered = unansweredRequests(peer)
        if (unanswered >= most) {
          const text = `${most} requests for blocks of ${b4a.toString(channel.id, 'hex')} wait for an answer`
          throw new ReplicatorError('TOO_MANY_REQUESTS', text)
        }
        if (hasAsked(peer, message.id)) work.charge(REQUEST, channel)
        if (unanswered >= HONEST_REQUESTS) work.charge(LATE_REQUEST, channel)
        if (message.seek !== null) work.spend(SEEK)
        if (message.upgrade !== null) work.spend(UPGRADE)
        return request(message, channel)
      }
    })
  }
}
