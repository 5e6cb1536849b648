import { setImmediate as tick } from 'node:timers/promises'
import b4a from 'b4a'
import { expect, test } from 'vitest'
import { flat, usage } from '../../hostile/kit/handles.js'
import { batchFrame, closeFrame, HostilePeer, uint } from '../../hostile/kit/hostile-peer.js'
import { noteOffences, type Offence } from '../../hostile/kit/offences.js'
import { closed } from '../../hostile/kit/stage.js'
import { side } from '../../kit/side.js'
import { inMemory, type Wire } from '../../kit/wires.js'

const PROTOCOL = 'another'

interface Asked {
  stream: Wire[0]
  hostile: HostilePeer
  offences: Offence[]
  /** How many opens somebody else's protocol has been asked about. */
  asked: () => number
  /** Answers them all. */
  answer: () => void
}

/** A stream of ours on which another protocol is paired as well, which answers when the test says so. */
async function scene(pendingOpens = 100): Promise<Asked> {
  const near = side({ limits: { pendingOpens } })
  const [stream, theirs] = await inMemory()
  near.replicator.replicate(stream)
  let count = 0
  let answer = (): void => {}
  const answered = new Promise<void>((resolve) => (answer = resolve))
  stream.userData!.pair({ protocol: PROTOCOL }, () => {
    count++
    return answered
  })
  const offences = noteOffences(near.replicator)
  return { stream, hostile: new HostilePeer(theirs).listen(), offences, asked: () => count, answer }
}

test('opens of another protocol wait as long as it likes, and keep their own bytes only', async () => {
  const { stream, hostile, offences, asked, answer } = await scene()
  const before = await usage()
  const rest = b4a.concat([b4a.from([0, 99]), uint(2e5), b4a.alloc(2e5)]) // for a channel that is not open: ignored
  for (let i = 1; i <= 20; i++) {
    await hostile.send(b4a.concat([batchFrame([open(i, 1000)]), rest]))
    while (asked() < i) await tick()
  }
  await flat(before, 10e6) // a frame or two are on their way
  answer()
  await hostile.refusals(20)
  expect([hostile.rejected, stream.destroyed, offences]).toEqual([20, false, []])
})

test.each([
  ['more opens of another protocol than may wait', 100, 10],
  ['more bytes of them than anybody has', 9, 1e6]
])('%s end the stream', async (_, most, bytes) => {
  const { stream, hostile, offences, asked } = await scene()
  const ended = closed(stream)
  for (let i = 1; i <= most + 1; i++) await hostile.send(open(i, bytes))
  expect(await ended).toBe(true)
  expect(asked()).toBeLessThanOrEqual(most)
  expect(offences.map(({ err }) => err.code)).toEqual(['TOO_MANY_OPENS'])
})

test('opens that are answered count no more, and those of a protocol that nobody knows are answered at once', async () => {
  const { stream, hostile, offences, asked, answer } = await scene(10)
  for (let i = 1; i <= 10; i++) await hostile.send(open(i, 1e5))
  while (asked() < 10) await tick()
  answer()
  await hostile.refusals(10)
  for (let i = 1; i <= 100; i++) {
    await hostile.send(open(i, 1e5, i % 2 === 0 ? PROTOCOL : 'unknown'))
    await hostile.refusals(10 + i)
  }
  expect([hostile.rejected, stream.destroyed, offences]).toEqual([110, false, []])
})

test('what is sent for a channel before it is open is neither lost nor keeps its frame', async () => {
  const near = side()
  const [stream, theirs] = await inMemory()
  near.replicator.replicate(stream)
  const mux = stream.userData as unknown as Mux
  const got: number[] = []
  let answer = (): void => {}
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const asks: unknown[] = []
  stream.userData!.pair({ protocol: PROTOCOL }, async (id) => {
    asks.push(id)
    await answered
    const onmessage = ({ byteLength }: Uint8Array): unknown => got.push(byteLength)
    mux.createChannel({ protocol: PROTOCOL, messages: [{ onmessage }] }).open()
  })
  const hostile = new HostilePeer(theirs).listen()
  const before = await usage()
  await hostile.send(open(1, 0))
  // A message of 100 bytes in a frame of 200 KB: what follows is for a channel that is not open.
  const rest = b4a.concat([b4a.from([0, 99]), uint(2e5), b4a.alloc(2e5)])
  const frame = b4a.concat([b4a.from([0, 0, 1]), uint(101), b4a.alloc(101), rest])
  for (let i = 0; i < 40; i++) await hostile.send(frame)
  while (asks.length === 0) await tick()
  while (mux._buffered < 40 * 612) await tick()
  await flat(before, 3e6)
  answer()
  while (got.length < 40) await tick()
  expect(got).toEqual(Array(40).fill(100))
})

test('more than anybody sends for channels that are not open ends the stream', async () => {
  const { stream, hostile, offences } = await scene()
  const ended = closed(stream)
  await hostile.send(open(1, 0))
  const messages = b4a.alloc(2 * 40_000, b4a.from([1, 0])) // each is the type 0, and no more
  await hostile.send(b4a.concat([b4a.from([0, 0, 1]), messages]))
  expect(await ended).toBe(true)
  expect(offences.map(({ err }) => err.code)).toContain('TOO_MANY_OPENS')
})

test('an open of another protocol that is taken back before it is answered is refused', async () => {
  const { stream, hostile, asked, answer } = await scene()
  await hostile.flood([open(1, 0), closeFrame(1)])
  while (asked() < 1) await tick()
  answer()
  await hostile.refusals(1)
  await hostile.send(open(1, 0)) // the number is free again
  await hostile.refusals(2)
  expect([hostile.rejected, stream.destroyed]).toEqual([2, false])
})

/** What is used of a Protomux to make a channel. */
interface Mux {
  readonly _buffered: number
  createChannel(opts: object): { open(): void }
}

/** An open without an id, with a handshake of so many bytes. */
function open(channel: number, bytes: number, protocol = PROTOCOL): Uint8Array {
  const name = b4a.from(protocol)
  const start = [b4a.from([0, 1]), uint(channel), uint(name.byteLength), name, uint(0)]
  return b4a.concat([...start, b4a.alloc(bytes)])
}
