import { setImmediate as tick } from 'node:timers/promises'
import type { NoiseStream } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { side } from '../../kit/side.js'
import { destroyed, overTcp } from '../../kit/wires.js'
import { buffers, flat, usage } from '../kit/handles.js'
import { connected, type Connected, type OpenPeer, request } from '../kit/open-peer.js'
import { carriesOn, joined } from '../kit/stage.js'

const MB = 1e6
const BLOCKS = 50_000 // 6 KB of bitfield
const REGION = 2 ** 21

test.each(['in one frame', 'in many'])(
  '1000 wants of a core held in part, %s, wait until the peer reads, and then all are answered',
  async (how) => {
    const { near, ours, theirs, peer } = await wanting()
    const before = await usage()
    reader(theirs).pause()
    const { rx } = peer.stats.wireBitfield
    if (how === 'in one frame') theirs.userData!.cork()
    for (let i = 0; i < 1000; i++) peer.wireWant.send({ start: i * 32, length: REGION, any: false })
    if (how === 'in one frame') theirs.userData!.uncork()
    await quiet(ours)
    expect((await buffers()) - before.buffers).toBeLessThan(2 * MB) // 6 MB as they come

    reader(theirs).resume()
    while (peer.stats.wireBitfield.rx < rx + 1000) await tick()
    await destroyed(ours)
    await flat(before)
    await carriesOn(near, await joined(near))
  }
)

test('a want that waits is answered once, however often it came, and not at all once it is taken back', async () => {
  const { core, ours, theirs, peer } = await wanting()
  reader(theirs).pause()
  for (let id = 0; id < 600; id++) peer.wireRequest.send(request(10_000 + id, 0))
  for (let same = 0; same < 200; same = ours.userData!.drained ? 0 : same + 1) await tick() // what comes now waits
  const ourPeer = core.peers.find(({ protomux }) => protomux === ours.userData) as unknown as OpenPeer
  const { rx: asked } = ourPeer.stats.wireRequest
  const { stats } = peer
  const [{ rx }, { rx: blocks }] = [stats.wireBitfield, stats.wireData]
  const before = await buffers()
  const wants = Array.from({ length: 20 }, (_, i) => ({ start: 32 * i, length: REGION, any: false }))
  theirs.userData!.cork()
  for (let i = 0; i < 5000; i++) {
    peer.wireWant.send(wants[i % 20]!)
    peer.wireWant.send({ ...wants[0], length: 32 })
    peer.wireUnwant.send({ ...wants[0], length: 32 })
  }
  peer.wireRequest.send(request(20_000, 0))
  theirs.userData!.uncork()
  while (ourPeer.stats.wireRequest.rx === asked) await tick() // the last message
  expect((await buffers()) - before).toBeLessThan(2 * MB)
  reader(theirs).resume()
  while (stats.wireBitfield.rx < rx + 20) await tick()
  while (stats.wireData.rx < blocks + 601) await tick()
  expect(stats.wireBitfield.rx).toBe(rx + 20)
})

test('a peer with more wants than any Hypercore has ends its stream with TOO_MANY_WANTS', async () => {
  const { near, theirs, peer, offences, closed } = await wanting()
  const before = await buffers()
  reader(theirs).pause()
  theirs.userData!.cork()
  for (let i = 0; i < 8000; i++) peer.wireWant.send({ start: i * 2, length: REGION, any: i % 2 === 0 })
  theirs.userData!.uncork()
  expect(await closed).toBe(true)
  expect(offences.map(({ err }) => err.code)).toEqual(['TOO_MANY_WANTS'])
  expect((await buffers()) - before).toBeLessThan(2 * MB)
  await carriesOn(near, await joined(near))
})

/** A peer of a core of which we have all blocks but one. */
async function wanting(): Promise<Connected> {
  const near = side()
  const blocks = Array.from({ length: BLOCKS }, () => '')
  blocks[0] = 'x'.repeat(65_536)
  const all = await connected({ near, blocks, wire: overTcp })
  await all.core.clear(BLOCKS - 1)
  return all
}

/** Our side has worked on all that came, and writes nothing more. */
async function quiet({ noiseStream }: NoiseStream): Promise<void> {
  const bytes = noiseStream as unknown as { rawBytesRead: number; rawBytesWritten: number }
  for (let same = 0, last = ''; same < 200; same++) {
    await tick()
    const now = `${bytes.rawBytesRead} ${bytes.rawBytesWritten}`
    if (now !== last) same = 0
    last = now
  }
}

function reader(stream: NoiseStream): { pause(): unknown; resume(): unknown } {
  return stream as unknown as { pause(): unknown; resume(): unknown }
}
