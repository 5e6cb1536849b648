import b4a from 'b4a'
import { ReplicatorError } from '../../errors.js'
import { REQUEST, SEEK, UPGRADE } from '../costs.js'
import { hasAsked, unansweredRequests } from '../hypercore-peer.js'
import type { Host, Interceptor } from './interceptor.js'

/**
 * Bounds the requests of a core that are not answered, and states what they cost. A request that gets data costs what it
 * costs; one that takes the place of another, which no Hypercore sends, is charged. What cannot be answered is charged as
 * the noData goes out (`Outgoing`).
 */
export function boundRequests(host: Host): Interceptor {
  return {
    name: 'requests',
    wrap: ({ request }) => ({
      request(message, channel) {
        const { limits, work } = host
        const most = limits.requestsPerChannel
        const peer = channel.userData
        if (unansweredRequests(peer) >= most) {
          const text = `${most} requests for blocks of ${b4a.toString(channel.id, 'hex')} wait for an answer`
          throw new ReplicatorError('TOO_MANY_REQUESTS', text)
        }
        if (hasAsked(peer, message.id)) work.charge(REQUEST, channel)
        if (message.seek !== null) work.spend(SEEK)
        if (message.upgrade !== null) work.spend(UPGRADE)
        return request(message, channel)
      }
    })
  }
}
