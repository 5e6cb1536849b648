import { setImmediate as tick } from 'node:timers/promises'
import type { Hypercore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { offered, read, side, type Side } from '../kit/side.js'
import { flat, usage } from './kit/handles.js'
import { handCarried } from './kit/raw-wire.js'
import { carriesOn, closed, joined } from './kit/stage.js'

test('a peer whose bytes come one a turn is served as any other, and holds up nobody', async () => {
  const { near, honest, core } = await ready()
  const before = await usage()
  const slow = side()
  const { bytes, ours, allow, stop } = slowly(near, slow, 300)
  const copy = await slow.source.get({ key: core.key! })
  const reading = read(copy)
  while (bytes() < 300) await tick()
  await carriesOn(near, honest)
  allow(Infinity)
  expect(await reading).toBe('a')
  expect(bytes()).toBeGreaterThan(400)
  expect(offered(core, ours)).toBe(true)
  await stop()
  await slow.replicator.close()
  await slow.source.close()
  await flat(before)
  expect(near.errors).toEqual([])
})

test.each([0, 1, 3, 40])(
  'a peer that stops after %i bytes of the handshake costs no timer and no more than the stream, until it leaves',
  async (most) => {
    const { near, honest, core } = await ready()
    const before = await usage()
    const { bytes, ours, stop } = slowly(near, side(), most)
    while (bytes() < most) await tick()
    for (let i = 0; i < 50; i++) await tick()
    await carriesOn(near, honest)
    expect(ours.connected).toBe(false)
    await flat(before, 2e6)
    expect(near.replicator.streams.records).toHaveLength(2)
    await stop()
    expect(near.replicator.streams.records).toHaveLength(1)
    expect(offered(core, ours)).toBe(false)
    expect(near.errors).toEqual([])
  }
)

async function ready(): Promise<{ near: Side; honest: Side; core: Hypercore }> {
  const near = side()
  const honest = await joined(near)
  await carriesOn(near, honest)
  return { near, honest, core: await near.source.get({ blocks: ['a'] }) }
}

interface Slow {
  /** those that have come to us */
  bytes: () => number
  allow: (most: number) => void
  ours: ReturnType<typeof handCarried>[0]
  stop: () => Promise<void>
}

/** Connects a peer whose bytes to us are carried one a turn, `most` in all. */
function slowly(near: Side, far: Side, most: number): Slow {
  const state = { sent: 0, most, isOver: false }
  let carrying = Promise.resolve()
  const [ours, theirs] = handCarried((bytes, to) => {
    if (to !== ours) return void to.rawStream.write(bytes)
    carrying = carrying.then(async () => {
      for (let i = 0; i < bytes.byteLength && !state.isOver; i++) {
        while (state.sent >= state.most && !state.isOver) await tick()
        to.rawStream.write(bytes.subarray(i, i + 1))
        state.sent++
        await tick()
      }
    })
  })
  near.replicator.replicate(ours)
  far.replicator.replicate(theirs)
  const stop = async (): Promise<void> => {
    state.isOver = true
    const ends = [closed(ours), closed(theirs)]
    theirs.destroy()
    await Promise.all(ends)
  }
  return { bytes: () => state.sent, allow: (n) => void (state.most = n), ours, stop }
}
