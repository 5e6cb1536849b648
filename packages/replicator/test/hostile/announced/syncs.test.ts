import type { Hypercore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { connected, peerOf, sync } from '../kit/open-peer.js'
import { carriesOn, joined } from '../kit/stage.js'

const COUNT = 200_000

test.each([
  ['lengths', (i: number) => ({ length: 1 + (i % 5), remoteLength: 6 })],
  ['forks', (i: number) => ({ fork: i })]
])('of 200,000 syncs in one frame, with other %s each, a few are worked on', async (_, fields) => {
  const { near, core, peer, ours, theirs, offences } = await connected({
    blocks: ['a', 'b', 'c', 'd', 'e', 'f']
  })
  const { stats } = await peerOf(core, ours)
  const before = stats.wireSync.rx
  const mux = theirs.userData!
  mux.cork()
  for (let i = 0; i < COUNT; i++) peer.wireSync.send(sync(fields(i)))
  peer.wireSync.send(sync({ length: 5, remoteLength: 6 }))
  mux.uncork()
  await carriesOn(near, await joined(near))
  await said(core, 5)
  expect(stats.wireSync.rx - before).toBeLessThan(COUNT / 20)
  const codes = offences.map(({ err }) => err.code).filter((code) => code !== 'SLOWED')
  expect([ours.destroyed, codes]).toEqual([false, []])
})

/** Resolves once the last sync, of fork 0 and this length, has been worked on. */
async function said(core: Hypercore, length: number): Promise<void> {
  const isSaid = (): boolean =>
    core.peers.some((peer) => peer.remoteLength === length && peer.remoteFork === 0)
  while (!isSaid()) await new Promise((resolve) => setImmediate(resolve))
}
