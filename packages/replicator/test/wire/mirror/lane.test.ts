import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import b4a from 'b4a'
import Hypercore from 'hypercore'
import type { Protomux } from '@manycore/hypercore-types'
import { expect, onTestFinished, test } from 'vitest'
import { Lane } from '../../../src/wire/mirror/lane.js'
import { StoredCores } from '../../kit/stored-cores.js'
import { inMemory } from '../../kit/wires.js'

const BOTH_WAYS = (): null => null

async function muxes(): Promise<[Protomux, Protomux]> {
  const [near, far] = await inMemory()
  const muxOf = (stream: typeof near): Protomux =>
    Hypercore.createProtocolStream(stream).noiseStream.userData!
  return [muxOf(near), muxOf(far)]
}

function stores(count: number): StoredCores[] {
  const all = Array.from({ length: count }, () => new StoredCores())
  onTestFinished(async () => {
    for (const each of all) await each.close()
  })
  return all
}

test('a lane has all that Hypercore uses of a mux', async () => {
  const [mux] = await muxes()
  const source = readFileSync(createRequire(import.meta.url).resolve('hypercore/lib/replicator.js'), 'utf8')
  const used = new Set([...source.matchAll(/\bprotomux\.(\w+)/g)].map(([, name]) => name!))
  expect(used.size).toBeGreaterThan(6)
  const lane = new Lane(mux, [1, 1], BOTH_WAYS)
  expect([...used].filter((name) => !(name in lane))).toEqual([])
})

test('copies of a core in several stores come over one stream at once, each from the store that its lane leads to', async () => {
  const [near, far] = await muxes()
  const [whole, part, one, other] = stores(4) as [StoredCores, StoredCores, StoredCores, StoredCores]
  const core = await whole.get({ blocks: ['a', 'b'] })
  const stale = await part.get({ key: core.key! }) // of the same end as `whole`, and without a block
  const copies = [await one.get({ key: core.key! }), await other.get({ key: core.key! })]
  stale.core!.replicator.attachTo(near) // the only channel of the mux is its
  for (const [i, copy] of copies.entries()) {
    core.core!.replicator.attachTo(new Lane(near, [1, i + 1], BOTH_WAYS))
    copy.core!.replicator.attachTo(far)
    copy.core!.replicator.attachTo(new Lane(far, [1, i + 1], BOTH_WAYS))
  }
  for (const copy of copies) expect(b4a.toString((await copy.get(1))!)).toBe('b')
  expect(core.peers.length).toBe(2)
})

test('a lane that has ended opens nothing, and answers nothing', async () => {
  const [near, far] = await muxes()
  const [here, there] = stores(2) as [StoredCores, StoredCores]
  const core = await here.get({ blocks: ['a'] })
  const copy = await there.get({ key: core.key! })
  const lanes = [new Lane(near, [1, 2], BOTH_WAYS), new Lane(far, [1, 2], BOTH_WAYS)] as const
  let asked = 0
  lanes[0].answer(() => void asked++)
  lanes[0].end()
  core.core!.replicator.attachTo(lanes[0])
  copy.core!.replicator.attachTo(lanes[1])
  core.core!.replicator.attachTo(near)
  copy.core!.replicator.attachTo(far)
  expect(b4a.toString((await copy.get(0))!)).toBe('a') // the opens of the lane are past
  expect([asked, core.peers.length, lanes[0].opened({ id: core.discoveryKey! })]).toEqual([0, 1, false])
})
