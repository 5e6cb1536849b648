import { setImmediate as tick } from 'node:timers/promises'
import b4a from 'b4a'
import { expect, test } from 'vitest'
import { connected, peerOf, request } from '../hostile/kit/open-peer.js'
import { carriesOn, joined } from '../hostile/kit/stage.js'

// Hypercore looks into the block that it does not have (`Peer._fulfillRequest()`, 11.39.5): a TypeError.
test('a peer that has lied gets noData for a block that is not here, and for one of another fork', async () => {
  const { near, core, peer, ours } = await connected()
  const told = new Promise((resolve) => near.replicator.once('core-error', resolve))
  peer.wireData.send(forgedFork())
  expect(await told).toMatchObject({ code: 'BAD_PROOF' })
  const noData: number[] = []
  const { wireNoData } = await peerOf(core)
  const { send } = wireNoData
  wireNoData.send = (message) => {
    noData.push((message as { request: number }).request)
    return send(message)
  }
  peer.wireRequest.send(request(10_000, 99))
  peer.wireRequest.send({ ...request(10_001, 0), fork: 7 })
  peer.wireRequest.send(request(10_002, 0))
  while (noData.length < 3) await tick()
  expect(noData).toEqual([10_000, 10_001, 10_002])
  expect([near.errors.length, ours.destroyed, core.peers.length]).toEqual([1, false, 1])
  await carriesOn(near, await joined(near))
})

/** A proof of a higher fork that nobody has signed. */
function forgedFork(): object {
  const upgrade = { start: 0, length: 1, nodes: [], additionalNodes: [], signature: b4a.alloc(64) }
  return { request: 0, fork: 5, block: null, hash: null, seek: null, upgrade, manifest: null }
}
