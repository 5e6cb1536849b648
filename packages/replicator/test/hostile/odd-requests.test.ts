import { expect, test } from 'vitest'
import { type CorePeer, invalidRequests, unansweredRequests } from '../../src/wire/hypercore-peer.js'
import { until } from '../kit/policed.js'
import { connected, type OpenPeer, request } from './kit/open-peer.js'
import { carriesOn, joined } from './kit/stage.js'

/** What no Hypercore asks for, of a core of two blocks, and whether it is invalid for Hypercore. */
const ODD: [string, boolean, object][] = [
  ['a seek beyond the core', false, { seek: { bytes: 2 ** 50, padding: 0 } }],
  ['hash nodes far beyond the core', true, { hash: { index: 2 ** 30, nodes: 2 ** 30 } }],
  ['an upgrade of nothing', true, { upgrade: { start: 1, length: 0 } }],
  ['an upgrade from beyond the core', true, { upgrade: { start: 2 ** 40, length: 1 } }],
  ['an upgrade to beyond the core', true, { upgrade: { start: 0, length: 2 ** 40 } }],
  ['a block with as many nodes as there are numbers', true, { block: { index: 1, nodes: 2 ** 50 } }],
  ['the manifest', false, { manifest: true }],
  ['a block of another fork', false, { fork: 7, block: { index: 1, nodes: 0 } }]
]

test.each(ODD)(
  '%s, asked for again and again, fails no core and no other stream',
  async (_, isInvalid, asked) => {
    const { near, peer, core, ours } = await connected({ blocks: ['a', 'b'] })
    const ourPeer = core.peers[0] as unknown as CorePeer & Pick<OpenPeer, 'stats'>
    const { rx } = ourPeer.stats.wireRequest
    for (let id = 0; id < 40; id++)
      peer.wireRequest.send({ ...request(10_000 + id, 0), block: null, ...asked })
    // Hypercore lets what is invalid wait for a second, and answers it then, but forgets to forget that it was asked
    // (`Peer._handleRequest()`): all of it stays, 64 at most. Of everything else nothing may be left.
    const invalid = isInvalid ? 40 : 0
    const isDone = (): boolean =>
      invalidRequests(ourPeer) === invalid && unansweredRequests(ourPeer) === invalid
    await until(() => ours.destroyed || (ourPeer.stats.wireRequest.rx === rx + 40 && isDone()))
    expect([near.errors, core.closed, ours.destroyed]).toEqual([[], false, false])
    await carriesOn(near, await joined(near))
  }
)
