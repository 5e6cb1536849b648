import { setImmediate as tick } from 'node:timers/promises'
import type { NoiseStream } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { overTcp } from '../kit/wires.js'
import { heap } from './kit/handles.js'
import { connected, request } from './kit/open-peer.js'
import { carriesOn, joined } from './kit/stage.js'

const REQUESTS = 20_000
/** More of 64 KB than the kernel takes: some of them wait. */
const OTHERS = 400

test.each([
  { what: 'replaced', priority: 0, cancelled: false },
  { what: 'replaced, with a priority,', priority: 1, cancelled: false },
  { what: 'cancelled', priority: 0, cancelled: true },
  { what: 'cancelled, with a priority,', priority: 1, cancelled: true }
])('of 20,000 requests that are $what one by one only those that count are kept', async (how) => {
  const all = await connected({ blocks: ['x'.repeat(65_536)], wire: overTcp })
  const { near, ours, theirs, peer } = all
  const stream = theirs as unknown as { pause(): void; resume(): void }
  stream.pause()
  const got = peer.stats.wireData.rx
  for (let id = 0; id < OTHERS; id++) peer.wireRequest.send(request(10_000 + id, 0))
  const core = all.core.peers.find(({ protomux }) => protomux === ours.userData) as unknown as Received
  while (core.stats.wireRequest.rx < OTHERS || ours.userData!.drained) await tick() // what comes now waits
  const before = await heap()
  for (let i = 0; i < REQUESTS;) {
    theirs.userData!.cork()
    for (let end = i + 1000; i < end; i++) {
      peer.wireRequest.send({ ...request(1, 0), priority: how.priority })
      if (how.cancelled) peer.wireCancel.send({ request: 1 })
    }
    theirs.userData!.uncork()
    await tick()
  }
  while (core.stats.wireRequest.rx < OTHERS + REQUESTS) await tick()
  expect((await heap()) - before).toBeLessThan(1.2e6) // 2 MB if all are kept

  stream.resume()
  while (peer.stats.wireData.rx < got + OTHERS) await tick()
  expect(ours.destroyed).toBe(false)
  await carriesOn(near, await joined(near))
})

interface Received {
  stats: { wireRequest: { rx: number } }
  protomux: NoiseStream['userData']
}
