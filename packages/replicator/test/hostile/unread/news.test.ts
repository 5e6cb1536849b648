import { setImmediate as tick } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { read } from '../../kit/side.js'
import { overTcp } from '../../kit/wires.js'
import { usage } from '../kit/handles.js'
import { connected, type Connected, request } from '../kit/open-peer.js'
import { carriesOn, joined } from '../kit/stage.js'

const MB = 1e6

test('a peer that reads nothing while we append has no more waiting than one that reads, and gets it all', async () => {
  const { near, core, far, ours, theirs } = await notReading()
  const before = await usage()
  for (let i = 0; i < 3000; i++) await core.append(String(i))
  const { bytes, buffers } = await usage()
  expect(bytes + buffers - before.bytes - before.buffers).toBeLessThan(1.5 * MB) // 3 MB, as they come
  expect(ours.destroyed).toBe(false)

  reader(theirs).resume()
  const copy = await far.source.get({ key: core.key! })
  for (const index of [1, 1500, 3000]) expect(await read(copy, index)).toBe(String(index - 1))
  expect(copy.length).toBe(core.length)
  await carriesOn(near, await joined(near))
})

test('what we announce while a peer reads nothing is, once it reads, what is here', async () => {
  const { core, far, theirs } = await notReading()
  const copy = await far.source.get({ key: core.key! })
  for (let i = 0; i < 300; i++) await core.append(String(i))
  for (let i = 1; i < 100; i += 2) await core.clear(i)
  reader(theirs).resume()
  const has = copy.peers[0] as unknown as { remoteBitfield: Bits; _remoteContiguousLength: number }
  expect(await read(copy, 300)).toBe('299')
  for (let i = 0; i <= 300; i++) {
    const isThere = i < has._remoteContiguousLength || has.remoteBitfield.get(i)
    expect([i, isThere]).toEqual([i, i % 2 === 0 || i >= 100])
  }
})

/** A peer of a core of ours whose stream is full of blocks that it has asked for and does not read. */
async function notReading(): Promise<Connected> {
  const all = await connected({ blocks: ['x'.repeat(65_536)], wire: overTcp })
  const { ours, theirs, peer } = all
  reader(theirs).pause()
  for (let id = 0; id < 600; id++) peer.wireRequest.send(request(10_000 + id, 0))
  for (let same = 0; same < 200; same = ours.userData!.drained ? 0 : same + 1) await tick()
  return all
}

interface Bits {
  get(index: number): boolean
}

function reader(stream: unknown): { pause(): unknown; resume(): unknown } {
  return stream as { pause(): unknown; resume(): unknown }
}
