import type { CorePeer } from '../hypercore-peer.js'
import { askForForks, askForOneFork, forgetFork, hasOwedProof } from './hypercore-forks.js'
import type { Interceptor } from '../interceptors/interceptor.js'

/**
 * Keeps one fork per peer, and asks a peer for the proof of one at a time. Hypercore remembers every fork that any peer
 * has named, in a sorted list and until the core closes, and asks for the proof of each. A fork that is proved was signed
 * with the core's key, and stays Hypercore's.
 */
export function boundForks(): Interceptor {
  return {
    name: 'forks',
    wrap: ({ open, close, sync, data, noData }) => ({
      open(handshake, channel) {
        askForOneFork(channel.userData)
        return open(handshake, channel)
      },
      sync(message, channel) {
        const peer = channel.userData
        const before = peer.remoteFork
        const working = sync(message, channel)
        if (peer.remoteFork !== before) forgetFork(peer, before)
        return working
      },
      close(isRemote, channel) {
        const closing = close(isRemote, channel)
        forgetFork(channel.userData, channel.userData.remoteFork)
        return closing
      },
      data(message, channel) {
        const peer = channel.userData
        const working = data(message, channel)
        if (!isAboutForks(peer, message.fork)) return working
        forgetFork(peer, message.fork)
        if (!(working instanceof Promise)) return working
        return working.finally(() => {
          forgetFork(peer, message.fork)
          askForForks(peer)
        })
      },
      noData(message, channel) {
        const result = noData(message, channel)
        if (hasOwedProof(channel.userData)) askForForks(channel.userData)
        return result
      }
    })
  }
}

/** Hypercore remembers the fork of what it did not ask for as well. */
function isAboutForks(peer: CorePeer, fork: number): boolean {
  return fork > peer.core.state!.fork || hasOwedProof(peer)
}
