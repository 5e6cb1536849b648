import type { Corestore, Hypercore, ProtocolStream } from '@manycore/corestore'
import HyperDHT from 'hyperdht'
import Hyperswarm from 'hyperswarm'
import { FIND_PEER_MS } from '../defaults.js'
import type { Bootstrap } from '../process/messages.js'
import type { Tools } from '../process/role.js'

/**
 * Replicates a store with everyone who joins the topic.
 * @param bootstrap  nodes of the loopback DHT; null = the public DHT
 * @returns          what to join a topic with
 */
export function openSwarm(store: Corestore, bootstrap: Bootstrap | null, defer: Tools['defer']): Hyperswarm {
  const dht = bootstrap === null ? undefined : new HyperDHT({ bootstrap, host: '127.0.0.1' })
  const swarm = new Hyperswarm({ dht })
  // Leaving politely takes a DHT to tell; a role that lost its parent has lost the loopback one.
  defer(() => swarm.destroy({ force: !process.connected }))

  swarm.on('connection', (connection: ProtocolStream) => {
    // A peer that leaves resets its connection: that is no failure, and what is missing is asked of the next one.
    connection.on('error', () => {})
    store.replicate(connection)
  })
  return swarm
}

/**
 * Brings a core up to date with the peers of its topic.
 * @param core   of another writer; ready
 * @param swarm  joined as a client here
 * @returns      milliseconds until the first peer that has the core
 * @throws       when there is none within FIND_PEER_MS
 */
export async function catchUp(core: Hypercore<unknown>, swarm: Hyperswarm): Promise<number> {
  const start = performance.now()
  const found = core.findingPeers()

  const peer = waitForPeer(core)
  swarm.join(core.discoveryKey as Uint8Array, { client: true, server: true })
  await peer
  const ms = performance.now() - start

  // true = got longer; false = the peers that answered have nothing newer
  while (await core.update({ wait: true })) continue
  found()
  return ms
}

function waitForPeer(core: Hypercore<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      core.off('peer-add', onpeer)
      reject(new Error(`nobody who has the index core was found in ${FIND_PEER_MS / 1000} s`))
    }, FIND_PEER_MS)

    core.once('peer-add', onpeer)

    function onpeer(): void {
      clearTimeout(timer)
      resolve()
    }
  })
}
