import type { Peer, Protomux } from '@manycore/hypercore-types'
import { MESSAGES_AT_WORK } from '../defaults.js'
import { ReplicatorError } from '../errors.js'
import { madeOnce } from './made-once.js'

type OnMessage<C> = (message: unknown, channel: C) => unknown

const working = new WeakMap<Protomux, { count: number }>()

/** One frame can hold millions of messages, each of which costs a hundred times its size while it is worked on. */
export function countWork<C extends { readonly userData: Peer }>(onmessage: OnMessage<C>): OnMessage<C> {
  return (message, channel) => {
    const { protomux } = channel.userData
    const work = madeOnce(working, protomux, () => ({ count: 0 }))
    if (work.count >= MESSAGES_AT_WORK) {
      throw new ReplicatorError(
        'TOO_MANY_MESSAGES',
        `${work.count} messages of one stream are being worked on`
      )
    }
    const result = onmessage(message, channel)
    if (!(result instanceof Promise)) return result
    const done = (): unknown => work.count--
    work.count++
    result.then(done, done)
    return result
  }
}
