import { expect, test } from 'vitest'
import { side } from '../../kit/side.js'
import { sync } from '../../hostile/kit/open-peer.js'
import { replicated, type SilentPeer, silentPeer, until } from '../../hostile/kit/silent-peer.js'

const PEERS = 200
/** Hypercore has up to 512; the steps are the same, and the test takes half a minute then. */
const REQUESTS = 64

/** What is looked at of Hypercore's peers and requests (`Peer` and `Replicator` of lib/replicator.js). */
type Looked = SilentPeer['ours'] & {
  getMaxInflight(): number
  getMaxHotswapInflight(): number
  _remoteHasBlock(index: number): boolean
  replicator: { _inflight: Iterable<unknown> }
}

test('many peers that do not answer many requests are looked at in steps that do not multiply', async () => {
  const blocks = Array.from({ length: PEERS * REQUESTS }, () => 'a')
  const { near, writer, copy, clock, offences } = await replicated(blocks, false)
  writer.stream.destroy()
  await until(() => copy.peers.length === 0)
  const range = copy.download({ start: 0, end: blocks.length })
  let steps = 0
  const peers: Looked[] = []
  const far = side()
  for (let i = 0; i < PEERS; i++) {
    const silent = await silentPeer(near, copy, far)
    const ours = silent.ours as Looked
    const { getMaxInflight, _remoteHasBlock } = ours
    ours.getMaxInflight = () => (steps++, Math.min(REQUESTS, getMaxInflight.call(ours) * REQUESTS))
    ours.getMaxHotswapInflight = () => (steps++, REQUESTS)
    ours._remoteHasBlock = (index) => (steps++, _remoteHasBlock.call(ours, index))
    silent.peer.wireSync.send(sync({ length: blocks.length, remoteLength: blocks.length }))
    silent.peer.wireRange.send({ drop: false, start: 0, length: blocks.length })
    peers.push(ours)
  }
  const { _inflight } = peers[0]!.replicator
  const all = _inflight[Symbol.iterator].bind(_inflight)
  _inflight[Symbol.iterator] = function* () {
    for (const request of { [Symbol.iterator]: all }) {
      steps++
      yield request
    }
  } as (typeof _inflight)[typeof Symbol.iterator]
  await until(() => peers.every(({ inflight }) => inflight === REQUESTS))

  const looks: number[] = []
  for (let i = 0; i < 6; i++) {
    steps = 0
    clock.run()
    looks.push(steps)
  }
  expect(offences.length).toBeGreaterThan(PEERS / 2)
  expect(Math.max(...looks)).toBeLessThan(PEERS * 2 * PEERS)
  range.destroy()
}, 60_000)
