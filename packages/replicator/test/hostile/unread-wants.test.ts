import { setImmediate as tick } from 'node:timers/promises'
import type { NoiseStream } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { side } from '../kit/side.js'
import { destroyed, overTcp } from '../kit/wires.js'
import { buffers, flat, usage } from './kit/handles.js'
import { connected, type Connected } from './kit/open-peer.js'
import { carriesOn, joined } from './kit/stage.js'

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
  const { ours, theirs, peer } = await wanting()
  reader(theirs).pause()
  const { rx } = peer.stats.wireBitfield
  const before = await buffers()
  const first = { start: 0, length: REGION, any: false }
  const other = { start: 32_768, length: REGION, any: false }
  theirs.userData!.cork()
  for (let i = 0; i < 20; i++) peer.wireWant.send({ ...first, start: 32 * i }) // fill the frame
  for (let i = 0; i < 5000; i++) peer.wireWant.send(first)
  for (let i = 0; i < 5000; i++) {
    peer.wireWant.send(other)
    peer.wireUnwant.send(other)
  }
  theirs.userData!.uncork()
  await quiet(ours)
  expect((await buffers()) - before).toBeLessThan(2 * MB)
  reader(theirs).resume()
  const { stats } = peer
  while (stats.wireBitfield.rx < rx + 21) await tick()
  peer.wireRequest.send({ ...REQUEST, id: 10_000 })
  for (const { rx } = stats.wireData; stats.wireData.rx === rx;) await tick()
  expect(stats.wireBitfield.rx - rx).toBe(21)
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

const REQUEST = {
  fork: 0,
  block: { index: 0, nodes: 0 },
  hash: null,
  seek: null,
  upgrade: null,
  manifest: false,
  priority: 0
}

/** A peer of a core of which we have all blocks but one. */
async function wanting(): Promise<Connected> {
  const near = side()
  const blocks = Array.from({ length: BLOCKS }, () => '')
  blocks[0] = 'a'
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
