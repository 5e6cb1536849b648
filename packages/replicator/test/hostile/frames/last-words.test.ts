import { setImmediate as tick } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { side } from '../../kit/side.js'
import { inMemory, overTcp, overUdx, type Wire } from '../../kit/wires.js'
import { noteOffences } from '../kit/offences.js'
import { type OpenPeer, peerOf } from '../kit/open-peer.js'
import { closed } from '../kit/stage.js'

const BLOCK = 'x'.repeat(512 * 1024)

test.each<[string, () => Promise<Wire>]>([
  ['TCP', overTcp],
  ['UDX', overUdx],
  ['a bridge', inMemory]
])('blocks in one frame of 8 MB arrive over %s, although the peer ends right behind it', async (_, wire) => {
  const [near, far] = [side(), side()]
  const [ours, theirs] = await wire()
  const offences = noteOffences(near.replicator)
  near.replicator.replicate(ours)
  far.replicator.replicate(theirs)
  const core = await far.source.get({ blocks: Array(15).fill(BLOCK) })
  const copy = await near.source.get({ key: core.key! })
  await copy.update({ wait: true })
  const peer = (await peerOf(core, theirs)) as OpenPeer & { stats: { wireData: { tx: number } } }

  const mux = theirs.userData!
  mux.cork()
  // With what comes first, the blocks are more than is worked on in one turn.
  for (let i = 0; i < 100; i++) peer.wireRange.send({ drop: false, start: 0, length: 15 })
  const before = peer.stats.wireData.tx
  const blocks = Promise.all(Array.from({ length: 15 }, (_, i) => copy.get(i)))
  while (peer.stats.wireData.tx - before < 15) await tick()
  mux.uncork()
  theirs.end()

  expect((await blocks).map((block) => block!.byteLength)).toEqual(Array(15).fill(BLOCK.length))
  expect(await closed(ours)).toBe(true)
  expect(offences).toEqual([])
})
