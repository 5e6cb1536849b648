import { setImmediate as tick } from 'node:timers/promises'
import type { NoiseStream } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { read, side, type Side } from '../../kit/side.js'
import { destroyed, overTcp } from '../../kit/wires.js'
import { buffers, flat, usage } from '../kit/handles.js'
import { connected, type Connected, type OpenPeer, peerOf, request } from '../kit/open-peer.js'
import { carriesOn, joined } from '../kit/stage.js'

const MB = 1e6

test.each([
  { cores: 1, requests: 1000, size: 64 * 1024, most: 24 },
  { cores: 13, requests: 300, size: 64 * 1024, most: 24 },
  { cores: 1, requests: 200, size: 4 * 1024 * 1024, most: 32 }
])(
  'a peer that reads nothing and asks $cores core(s) for $requests blocks of $size B each holds $most MB at most',
  async ({ cores, requests, size, most }) => {
    const near = side()
    const honest = await joined(near)
    await carriesOn(near, honest)
    const before = await usage()
    const { given, held } = await starve(near, cores, requests, size, before.buffers, () =>
      carriesOn(near, honest)
    )
    expect(given * size).toBeGreaterThan(4 * MB)
    expect(given * size).toBeLessThan(64 * MB) // the kernel's buffers take some megabytes as well
    expect(held).toBeLessThan(most * MB)

    expect(near.replicator.streams.records).toHaveLength(1)
    const grown = await flat(before)
    console.log(
      `${cores * requests} blocks asked for, ${given} given, ${held} bytes held, ${grown} of heap left`
    )
    expect(near.errors).toEqual([])
    await carriesOn(near, honest)
  }
)

test('a peer that asks for more than is answered at a time, and reads, gets it all', async () => {
  const { peer } = await connected() // a block of one byte: the stream never fills, and never drains
  const before = peer.stats.wireData.rx
  for (let id = 0; id < 300; id++) peer.wireRequest.send(request(10_000 + id, 0))
  while (peer.stats.wireData.rx < before + 300) await tick()
})

test('a peer that reads again gets all that it asked for', async () => {
  const { near, theirs, peers } = await asking(side(), 5, 64 * 1024)
  const got = (): number => peers.reduce((sum, { stats }) => sum + stats.wireData.rx, 0)
  const before = got()
  reader(theirs).pause()
  for (let id = 0; id < 260; id++) for (const peer of peers) peer.wireRequest.send(request(10_000 + id, 0))
  await settled(() => near.replicator.stats().blocksUp)
  reader(theirs).resume()
  while (got() < before + 1300) await tick()
  expect(await settled(got)).toBe(before + 1300)
})

/** @returns blocks that the peer was given, and bytes of buffers that waited for it before it left */
async function starve(
  near: Side,
  cores: number,
  requests: number,
  size: number,
  before: number,
  meanwhile: () => Promise<void>
): Promise<{ given: number; held: number }> {
  const { ours, theirs, peers } = await asking(near, cores, size)
  reader(theirs).pause()
  theirs.userData!.cork() // all in one frame
  for (const { wireRequest } of peers) {
    for (let id = 0; id < requests; id++) wireRequest.send(request(10_000 + id, 0))
  }
  theirs.userData!.uncork()
  const atOnce = Math.min(64, (16 * 2 ** 20) / size) // are read before the stream can be full
  const up = (): number => near.replicator.stats().blocksUp
  while (up() < cores + atOnce) await tick()
  const given = await settled(up)
  const held = (await buffers()) - before
  expect(ours.destroyed).toBe(false)
  await meanwhile()
  await Promise.all([destroyed(ours), destroyed(theirs)])
  return { given, held }
}

/** A peer that has read a block of so many cores of ours, and its channels. */
async function asking(near: Side, count: number, size: number): Promise<Connected & { peers: OpenPeer[] }> {
  const blocks = ['x'.repeat(size)]
  const all = await connected({ near, blocks, wire: overTcp })
  const peers = [all.peer]
  while (peers.length < count) {
    const core = await near.source.get({ blocks })
    const copy = await all.far.source.get({ key: core.key! })
    await read(copy)
    peers.push(await peerOf(copy, all.theirs))
  }
  return { ...all, peers }
}

/** A figure, once it no longer changes: nothing is at work that could change it. */
async function settled(figure: () => number): Promise<number> {
  for (let last = figure(), same = 0; ; same++) {
    await tick()
    if (figure() !== last) same = 0
    if (same > 200) return last
    last = figure()
  }
}

function reader(stream: NoiseStream): { pause(): unknown; resume(): unknown } {
  return stream as unknown as { pause(): unknown; resume(): unknown }
}
