import { systemClock } from '@manycore/ground'
import { CHANNEL_IDS, FLOOD_FACTOR, GATHER_MS } from '../../defaults.js'
import { ReplicatorError } from '../../errors.js'
import type { Host, Interceptor } from './interceptor.js'
import { channelNumbers, refuseFirstOpens, unansweredOpen } from '../protomux.js'

/**
 * Ends the stream of a remote that opens more channels, of any protocol, than it waits for or reads answers to.
 * Protomux takes any number (its MAX_BACKLOG is Infinity), millions in one frame.
 */
export function countOpens(host: Host): Interceptor {
  /** opens that are not answered yet */
  let unanswered = 0
  /** opens since the remote last read all we wrote */
  let unread = 0

  return {
    name: 'opens',
    control: ({ _onopensession }) => ({
      _onopensession(state) {
        unread = host.mux.drained ? 0 : unread + 1
        const ids = channelNumbers(host.mux)
        if (unanswered >= host.limits.pendingOpens * FLOOD_FACTOR || ids >= CHANNEL_IDS) {
          const message = `${unanswered} opens of one stream wait for an answer, on ${ids} channel numbers`
          throw new ReplicatorError('TOO_MANY_OPENS', message)
        }
        if (unread > host.limits.unreadAnswers) {
          throw new ReplicatorError('UNREAD_ANSWERS', `${unread} opens, and the answers are not read`)
        }
        const answering = _onopensession(state)
        if (answering === null) return null
        unanswered++
        void answering.then(() => unanswered--)
        return answering
      }
    })
  }
}

/**
 * Lets one open of a packet take longer than the others. Protomux holds back all that is sent until every open of a
 * packet is answered, so that the answers go out in one (`_onbatch()`). Here it does so for at most `GATHER_MS`, once
 * for all packets that come in that time.
 */
export function gatherAnswers({ mux }: Host): Interceptor {
  let gathered: Promise<void> | null = null
  let end = (): void => {}

  function gather(): Promise<void> {
    return new Promise((resolve) => {
      end = () => {
        systemClock.clearTimeout(timer)
        gathered = null
        resolve()
      }
      const timer = systemClock.setTimeout(() => end(), GATHER_MS)
    })
  }

  return {
    name: 'answers in one packet',
    control: ({ _onopensession }) => ({
      _onopensession(state) {
        const answering = _onopensession(state)
        if (answering === null || mux.corked === 0) return answering
        gathered ??= gather()
        return Promise.race([answering, gathered])
      }
    }),
    release: () => end()
  }
}

/**
 * Refuses opens that the remote took back, by a close, before we answered. Protomux forgets such a close
 * (`_onclosesession()`) and would open the channel: its number would be in use for us and free for the remote, whose
 * next open with it would end the stream ('Invalid open message').
 */
export function refuseClosedOpens({ mux }: Host): Interceptor {
  const closed = new WeakSet<object>()

  return {
    name: 'opens taken back',
    control: ({ _onclosesession, createChannel }) => ({
      _onclosesession(state) {
        const remote = unansweredOpen(mux, state)
        if (remote !== null) closed.add(remote)
        _onclosesession(state)
      },
      createChannel(opts) {
        refuseFirstOpens(mux, opts, (remote) => closed.has(remote))
        return createChannel(opts)
      }
    })
  }
}
