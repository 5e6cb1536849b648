import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import type { InnerCore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { ManualClock } from '../kit/manual-clock.js'
import type { Side } from '../kit/side.js'
import { destroyed, inMemory, overTcp } from '../kit/wires.js'
import { flat, usage } from './kit/handles.js'
import { batchFrame, closeFrame, HostilePeer, openFrame } from './kit/hostile-peer.js'
import { carriesOn, closed, stage } from './kit/stage.js'

test('100,000 opens for unknown cores on one stream are refused, and cost nothing that stays', async () => {
  const { near, honest, hostile, stream, offences } = await stage({}, true, inMemory, new ManualClock())
  const before = await usage()
  await hostile.flood(unknownOpens(100_000))
  await hostile.refusals(100_000)
  expect(hostile.rejected).toBe(100_000)
  expect(stream.destroyed).toBe(false)
  expect(offences).toEqual([]) // they are taken no faster than they are answered
  await destroyed(stream)
  await flat(before)
  await carriesOn(near, honest)
})

test('100,000 opens for unknown cores over 50 streams at a time leave nothing', async () => {
  const { near, honest, offences } = await stage()
  const before = await usage()
  expect(await floodedBy(near, 50, 2000)).toEqual(Array(50).fill(2000))
  offences.length = 0 // the streams are in it
  await flat(before)
  await carriesOn(near, honest)
})

test('a known core that is opened and closed 10,000 times is looked up while it is not attached only', async () => {
  const { near, honest, hostile, stream } = await stage()
  const core = await near.source.get({ blocks: ['a'] }, { active: false })
  let lookups = 0
  const open = near.source.open.bind(near.source)
  near.source.open = (discoveryKey) => {
    lookups++
    return open(discoveryKey)
  }
  const before = await usage()
  await hostile.flood(
    (function* () {
      for (let i = 0; i < 10_000; i++) {
        yield openFrame(1, core.discoveryKey!)
        yield closeFrame(1)
      }
    })()
  )
  // Its proof is wrong, which ends the stream at the first answer.
  await destroyed(stream)
  expect(lookups).toBe(1)
  await flat(before)
  await carriesOn(near, honest)
})

test('a frame with more opens than anybody has cores ends its stream with a TOO_MANY_OPENS', async () => {
  const { near, honest, hostile, stream, offences } = await stage({ pendingOpens: 10 })
  const ended = closed(stream)
  await hostile.send(batchFrame(Array.from(unknownOpens(1000))))
  expect(await ended).toBe(true)
  expect(offences.map(({ err }) => err.code)).toEqual(['TOO_MANY_OPENS', 'TOO_MANY_OPENS']) // limited, then closed
  await carriesOn(near, honest)
})

test('more opens than may wait are refused, with one event until half of them are answered', async () => {
  const { near, honest, hostile, stream, offences } = await stage({ pendingOpens: 10, lookups: 2 })
  const answers: (() => void)[] = []
  const open = near.source.open
  near.source.open = () => new Promise<InnerCore | null>((resolve) => answers.push(() => resolve(null)))
  await hostile.flood(unknownOpens(50))
  await hostile.refusals(40)
  expect([hostile.rejected, answers.length]).toEqual([40, 2])
  expect(offences.map(({ err, stream }) => [err.code, stream])).toEqual([['TOO_MANY_OPENS', stream]])
  for (let answered = 0; answered < 10;) {
    const next = answers.shift()
    if (next) answered++
    next?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await hostile.refusals(50)
  expect(hostile.rejected).toBe(50)
  near.source.open = open
  await carriesOn(near, honest)
})

test('a peer that opens and reads no answer ends its stream with UNREAD_ANSWERS', async () => {
  const { near, honest, hostile, stream, offences } = await stage({ unreadAnswers: 2000 }, false, overTcp)
  const ended = closed(stream)
  await hostile.flood(unknownOpens(1_000_000)) // until it is ended
  expect(await ended).toBe(true)
  expect(offences.at(-1)?.err.code).toBe('UNREAD_ANSWERS')
  await carriesOn(near, honest)
})

test('opens with keys of a wrong length are refused without a look-up', async () => {
  const { near, honest, hostile, stream } = await stage()
  near.source.open = () => Promise.reject(new Error('looked up'))
  const lengths = [0, 1, 31, 33, 64, 1000]
  await hostile.flood(lengths.map((length, i) => openFrame(i + 1, b4a.alloc(length, 1))))
  await hostile.refusals(lengths.length)
  expect(hostile.rejected).toBe(lengths.length)
  expect([stream.destroyed, near.errors]).toEqual([false, []])
  near.source.open = Object.getPrototypeOf(near.source).open
  await carriesOn(near, honest)
})

test('a peer that closes in the middle of its opens leaves no look-up and no core', async () => {
  const { near, honest, hostile, stream } = await stage({ lookups: 2 })
  let lookups = 0
  near.source.open = async () => {
    lookups++
    await new Promise((resolve) => setImmediate(resolve))
    return null
  }
  await hostile.flood(unknownOpens(400))
  await destroyed(stream)
  const then = lookups
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  expect(lookups - then).toBeLessThanOrEqual(2) // those under way
  near.source.open = Object.getPrototypeOf(near.source).open
  await carriesOn(near, honest)
})

/** Its own function, so that nothing here keeps the streams. @returns how many opens each of so many peers was refused */
async function floodedBy(near: Side, peers: number, opens: number): Promise<number[]> {
  const wires = await Promise.all(Array.from({ length: peers }, inMemory))
  const hostile = wires.map(([one, other]) => {
    near.replicator.replicate(one)
    return new HostilePeer(other).listen()
  })
  await Promise.all(hostile.map((peer) => peer.flood(unknownOpens(opens))))
  await Promise.all(hostile.map((peer) => peer.refusals(opens)))
  await Promise.all(wires.flat().map(destroyed))
  return hostile.map(({ rejected }) => rejected)
}

function* unknownOpens(count: number): Generator<Uint8Array> {
  for (let i = 1; i <= count; i++) yield openFrame(i, crypto.randomBytes(32))
}
