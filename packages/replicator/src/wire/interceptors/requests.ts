import b4a from 'b4a'
import { ReplicatorError } from '../../errors.js'
import type { Host, Interceptor } from './interceptor.js'
import { unansweredRequests } from '../hypercore-peer.js'

/** Too many requests for blocks of one core that are not answered. */
export function boundRequests(host: Host): Interceptor {
  return {
    name: 'requests',
    wrap: ({ request }) => ({
      request(message, channel) {
        const most = host.limits.requestsPerChannel
        if (unansweredRequests(channel.userData) >= most) {
          const text = `${most} requests for blocks of ${b4a.toString(channel.id, 'hex')} wait for an answer`
          throw new ReplicatorError('TOO_MANY_REQUESTS', text)
        }
        return request(message, channel)
      }
    })
  }
}
