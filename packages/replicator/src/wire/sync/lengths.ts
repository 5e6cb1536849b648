import type { CorePeer } from '../hypercore-peer.js'
import type { Interceptor } from '../interceptors/interceptor.js'

/** @upstream hypercore Peer */
interface TellingPeer {
  readonly removed: boolean
  readonly stats: { readonly wireSync: { readonly tx: number } }
  /** Says our fork and length, or notes that it is to be said once a sync of the remote has been worked on. */
  sendSync(): void
  /** Finds out whether the remote can be upgraded from its length, and says so together with ours. */
  _updateCanUpgradeAndSync(): Promise<void>
}

/**
 * Has a core that became longer tell its length to each peer. Hypercore forgets that if the peer tells its own while it is looked up whether
 * the peer can be upgraded (`Peer._updateCanUpgradeAndSync()`), as two peers do that get the same blocks from a third one: one of them is
 * then taken to be shorter for ever, is not asked for what it has, and is never level.
 */
export function tellLengths(): Interceptor {
  return {
    name: 'lengths',
    wrap: ({ open }) => ({
      open(handshake, channel) {
        watchSyncs(channel.userData)
        return open(handshake, channel)
      }
    })
  }
}

function watchSyncs(core: CorePeer): void {
  const peer = core as unknown as TellingPeer
  const { sendSync, _updateCanUpgradeAndSync } = peer
  let told = ''
  const ours = (): string => `${core.core.state!.fork} ${core.core.state!.length}`
  peer.sendSync = () => {
    const { tx } = peer.stats.wireSync
    sendSync.call(peer)
    if (peer.stats.wireSync.tx > tx) told = ours()
  }
  peer._updateCanUpgradeAndSync = async () => {
    await _updateCanUpgradeAndSync.call(peer)
    if (!peer.removed && told !== ours()) peer.sendSync()
  }
}
