import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { expect, test } from 'vitest'
import { ManualClock } from '../kit/manual-clock.js'
import { side } from '../kit/side.js'
import { destroyed, inMemory } from '../kit/wires.js'
import { buffers, flat, usage } from './kit/handles.js'
import { closeFrame, openFrame, uint } from './kit/hostile-peer.js'
import { rawWire } from './kit/raw-wire.js'
import { connected } from './kit/open-peer.js'
import { carriesOn, closed, joined, stage } from './kit/stage.js'

/** The most that goes into one message of a secret-stream: 3 bytes of length, 17 of encryption. */
const LARGEST = 2 ** 24 - 1 - 17

interface Frame {
  frame: () => Uint8Array
  /** code of the event; absent = the stream lives */
  code?: string
}

const FRAMES: Record<string, Frame> = {
  'batches in batches': { frame: nested, code: 'BAD_FRAME' },
  'a message of a channel that is not open': { frame: () => fill(b4a.from([1, 0])) },
  'one open whose key is as long': { frame: () => longOpen('hypercore/alpha'), code: 'BAD_FRAME' },
  'one open of another protocol whose id is as long': {
    frame: () => longOpen('another'),
    code: 'TOO_MANY_OPENS'
  },
  'a batch of empty messages': {
    frame: () => fill(b4a.from([0, 0, 1]), b4a.from([0, 1])),
    code: 'TOO_MUCH_WORK'
  },
  'a batch of closes of channels that are not open': {
    frame: () => fill(b4a.from([0, 0, 0]), b4a.concat([b4a.from([2]), closeFrame(9).subarray(1)])),
    code: 'TOO_MUCH_WORK'
  },
  'a message longer than the frame': { frame: () => fill(b4a.from([0, 0, 1, 0xfe, 0xff, 0xff, 0xff, 0x7f])) }
}

test.each(Object.entries(FRAMES))(
  'a frame of 16 MB with %s costs its stream at most',
  async (_, { frame, code }) => {
    const { near, honest, hostile, stream, offences } = await stage({}, true, inMemory, new ManualClock())
    const before = await usage()
    const gone = closed(stream)
    await hostile.send(frame())
    if (code === undefined) {
      await hostile.send(openFrame(1, crypto.randomBytes(32)))
      await hostile.refusals(1)
    } else await gone
    expect(stream.destroyed).toBe(code !== undefined)
    expect(offences.map(({ err, stream }) => [err.code, stream])).toEqual(
      code === undefined ? [] : [[code, stream]]
    )
    await carriesOn(near, honest)
    await Promise.all([destroyed(stream), destroyed(hostile.stream)])
    await flat(before)
    expect(near.errors).toEqual([])
  }
)

test('a frame of 16 MB full of messages of an open core ends its stream at the limit', async () => {
  const near = side({ clock: new ManualClock() })
  const honest = await joined(near)
  await carriesOn(near, honest)
  const before = await usage()
  const { ours, theirs, peer, offences } = await connected({ near })
  // Channel, then for each message its length, type 0 (sync), flags, fork, length, the other side's length.
  theirs.write(fill(b4a.from([0, 0, peer.channel._localId]), b4a.from([5, 0, 15, 0, 1, 1])))
  await Promise.all([closed(ours), closed(theirs)])
  expect(offences.map(({ err, stream }) => [err.code, stream])).toEqual([['TOO_MUCH_WORK', ours]])
  await carriesOn(near, honest)
  await flat(before)
  expect(near.errors).toEqual([])
})

test('a frame of 16 MB that never comes is memory until the peer is gone, and no longer', async () => {
  const near = side()
  const honest = await joined(near)
  await carriesOn(near, honest)
  const before = await usage()
  const [ours, theirs, send] = await rawWire(true)
  near.replicator.replicate(ours)
  send(b4a.from([0xff, 0xff, 0xff, 1])) // three bytes of length, and one of a message that never comes
  await carriesOn(near, honest)
  const held = (await buffers()) - before.buffers
  expect(held).toBeLessThan(2 ** 24 + 4e6)
  const gone = closed(ours)
  theirs.destroy()
  await gone
  expect(near.replicator.streams.records).toHaveLength(1)
  await carriesOn(near, honest)
})

/** As often as there is room for it. */
function fill(start: Uint8Array, rest: Uint8Array = b4a.alloc(1)): Uint8Array {
  const times = Math.floor((LARGEST - start.byteLength) / rest.byteLength)
  return b4a.concat([start, b4a.alloc(times * rest.byteLength, rest)])
}

function longOpen(protocol: string): Uint8Array {
  const start = b4a.concat([b4a.from([0, 1, 1, protocol.length]), b4a.from(protocol)])
  const key = LARGEST - start.byteLength - 5
  return b4a.concat([start, uint(key), b4a.alloc(key)])
}

/** The control message 0 is a batch of messages: of batches. */
function nested(): Uint8Array {
  const frame = b4a.alloc(LARGEST)
  for (let at = 2; at < 500_000;) {
    const rest = uint(LARGEST - at - 6) // of the frame, after the channel 0 and this number; of type 0
    frame.set(rest, at + 1)
    at += 1 + rest.byteLength + 1
  }
  return frame
}
