import { setImmediate as tick } from 'node:timers/promises'
import b4a from 'b4a'
import { expect, test } from 'vitest'
import { side, type Side } from '../../kit/side.js'
import { destroyed, overTcp, overUdx, type Wire } from '../../kit/wires.js'
import { flat, usage } from '../kit/handles.js'
import { carriesOn, closed, joined } from '../kit/stage.js'

/** What a peer does below Protomux. */
interface Writer {
  _write(frame: Uint8Array, cb: () => void): void
  trySend(message: Uint8Array): void
  readonly rawStream: { write(bytes: Uint8Array): boolean }
}

const ANNOUNCED = b4a.from([0xff, 0xff, 0xff, 1])

const OFFENCES: [string, () => Promise<Wire>, (peer: Writer) => void][] = [
  ['keep-alives', overTcp, (peer) => times(3000, () => peer._write(b4a.alloc(0), () => {}))],
  ['keep-alives over UDX', overUdx, (peer) => times(500, () => peer._write(b4a.alloc(0), () => {}))],
  ['messages outside of the order', overUdx, (peer) => times(500, () => peer.trySend(b4a.alloc(9)))],
  ['a frame of 16 MB that never comes', overTcp, (peer) => peer.rawStream.write(ANNOUNCED)]
]

test.each(OFFENCES)('50 streams that sent %s leave nothing when they have gone', async (_, wire, offend) => {
  const near = side()
  const honest = await joined(near)
  await carriesOn(near, honest)
  const before = await usage()
  await visit(near, honest, wire, offend) // on its own: a function that waits keeps what it has used
  expect(near.replicator.streams.records).toHaveLength(1)
  for (let i = 0; i < 50; i++) await tick() // the sockets of UDX close after their streams
  await flat(before)
  await carriesOn(near, honest)
})

async function visit(
  near: Side,
  honest: Side,
  wire: () => Promise<Wire>,
  offend: (peer: Writer) => void
): Promise<void> {
  const wires = await Promise.all(Array.from({ length: 50 }, wire))
  for (const [ours, theirs] of wires) {
    near.replicator.replicate(ours)
    offend(theirs as unknown as Writer)
  }
  await carriesOn(near, honest)
  for (let i = 0; i < 20; i++) await tick()
  const gone = wires.map(([ours]) => closed(ours))
  await Promise.all(wires.flat().map(destroyed))
  await Promise.all(gone)
}

function times(count: number, fn: () => void): void {
  for (let i = 0; i < count; i++) fn()
}
