import { setImmediate as tick } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { ProtocolStream } from '@manycore/hypercore-types'
import type { Limits, Stall } from '../../src/index.js'
import { ManualClock } from '../kit/manual-clock.js'
import { side, type Side } from '../kit/side.js'
import { destroyed, inMemory, overTcp } from '../kit/wires.js'
import { connected, request } from './kit/open-peer.js'
import { rawWire } from './kit/raw-wire.js'

test('a peer that does not end the handshake is stalled after so long, and is told of once', async () => {
  const { near, clock, stalls } = watching()
  const [ours] = await rawWire(false)
  near.replicator.replicate(ours, { keepAlive: false })
  for (let i = 0; i < 3; i++) clock.run()
  expect(stalls).toEqual([])
  clock.run()
  expect(stalls).toEqual([[ours, 'handshake']])
  for (let i = 0; i < 9; i++) clock.run()
  expect(stalls).toHaveLength(1)
  expect(ours.destroyed).toBe(false)
})

test('a peer that says nothing, or only part of a frame, is stalled, until it says something', async () => {
  const { near, clock, stalls } = watching()
  const [ours, theirs, send] = await rawWire(true)
  near.replicator.replicate(ours, { keepAlive: false })
  for (let i = 0; i < 6; i++) {
    send(new Uint8Array(i === 0 ? [255, 0, 0] : [1])) // a frame of 255 bytes begins
    await tick()
    clock.run()
  }
  expect(stalls).toEqual([[ours, 'silent']])
  send(new Uint8Array(255)) // its end, which cannot be decrypted: the stream ends
  await tick()
  expect(ours.destroyed).toBe(true)
  await destroyed(theirs)
})

test('a peer that keeps alive, and then sends a byte of a large frame now and then, is stalled', async () => {
  const { near, clock, stalls } = watching()
  const [ours, theirs, send, carry] = await rawWire(true)
  near.replicator.replicate(ours, { keepAlive: false })
  carry(true)
  for (let i = 0; i < 3; i++) {
    await alive(theirs, ours)
    clock.run()
  }
  carry(false)
  // Frames come one after the other: behind the beginning of this one, no keep-alive can come before its end.
  send(new Uint8Array([255, 255, 255]))
  for (let i = 0; i < 4; i++) {
    expect(stalls).toEqual([])
    send(new Uint8Array([1]))
    await tick()
    clock.run()
  }
  expect(stalls).toEqual([[ours, 'silent']])
  await destroyed(theirs)
})

test('a peer whose handshake comes a byte now and then is stalled', async () => {
  const { near, clock, stalls } = watching()
  const [ours, , send] = await rawWire(false)
  near.replicator.replicate(ours, { keepAlive: false })
  send(new Uint8Array([32, 0, 0]))
  for (let i = 0; i < 4; i++) {
    expect(stalls).toEqual([])
    send(new Uint8Array([1]))
    await tick()
    clock.run()
  }
  expect(stalls).toEqual([[ours, 'handshake']])
})

test('a peer that is heard again, and falls silent again, is told of twice', async () => {
  const { near, clock, stalls } = watching()
  const [ours, theirs] = await inMemory()
  const far = side()
  near.replicator.replicate(ours, { keepAlive: false })
  far.replicator.replicate(theirs, { keepAlive: false })
  await tick()
  for (let round = 1; round <= 2; round++) {
    for (let i = 0; i < 3; i++) clock.run()
    expect(stalls).toHaveLength(round - 1)
    clock.run()
    expect(stalls).toHaveLength(round)
    expect(stalls.at(-1)).toEqual([ours, 'silent'])
    await alive(theirs, ours)
    clock.run()
  }
  for (let i = 0; i < 12; i++) {
    await alive(theirs, ours)
    clock.run()
  }
  expect(stalls).toHaveLength(2)
})

test('a peer that keeps alive and reads nothing of what waits for it is stalled', async () => {
  const { near, clock, stalls } = watching()
  const block = 'x'.repeat(64 * 1024)
  const { ours, theirs, peer } = await connected({ near, blocks: [block], wire: overTcp })
  ;(theirs as unknown as { pause(): void }).pause()
  for (let id = 0; id < 1000; id++) peer.wireRequest.send(request(10_000 + id, 0))
  while (ours.userData!.drained) await tick()
  while (stalls.length === 0) {
    await alive(theirs, ours)
    clock.run()
  }
  expect(stalls).toEqual([[ours, 'unread']])
  expect(near.replicator.streams.records).toHaveLength(1)
})

test('there is one timer for all streams, and none when none is open, or Infinity is the limit', async () => {
  const { near, clock, stalls } = watching({ stalledMs: 400 })
  expect(clock.timers.size).toBe(0)
  const [[one], [two]] = [await inMemory(), await inMemory()]
  for (const stream of [one, two]) near.replicator.replicate(stream)
  expect([...clock.timers.values()].map(({ ms }) => ms)).toEqual([100])
  await destroyed(one)
  clock.run()
  expect(clock.timers.size).toBe(1)
  await destroyed(two)
  expect(clock.timers.size).toBe(0)
  expect(stalls).toEqual([])

  const never = watching({ stalledMs: Infinity })
  never.near.replicator.replicate((await inMemory())[0])
  expect(never.clock.timers.size).toBe(0)
})

test('a listener may destroy the stream, and begin another', async () => {
  const { near, clock } = watching()
  const [[ours], [next]] = [await inMemory(), await inMemory()]
  near.replicator.once('stalled', (stream) => {
    near.replicator.replicate(next)
    stream.destroy()
  })
  near.replicator.replicate(ours)
  const closed = new Promise((resolve) => near.replicator.once('stream-close', resolve))
  for (let i = 0; i < 4; i++) clock.run()
  await closed
  expect(clock.timers.size).toBe(1)
  await destroyed(next)
  expect(clock.timers.size).toBe(0)
})

/** One of ours whose time is the test's: a run of the clock's timers is a quarter of `stalledMs`. */
function watching(limits: Partial<Limits> = {}): {
  near: Side
  clock: ManualClock
  stalls: [ProtocolStream, Stall][]
} {
  const clock = new ManualClock()
  const near = side({ clock, limits })
  const stalls: [ProtocolStream, Stall][] = []
  near.replicator.on('stalled', (...stall) => stalls.push(stall))
  return { near, clock, stalls }
}

/** A keep-alive of `theirs` has come to `ours`. */
async function alive(theirs: ProtocolStream, ours: ProtocolStream): Promise<void> {
  const counting = ours.noiseStream as unknown as { rawBytesRead: number }
  const before = counting.rawBytesRead
  ;(theirs.noiseStream as unknown as { sendKeepAlive(): void }).sendKeepAlive()
  while (counting.rawBytesRead === before) await tick()
}
