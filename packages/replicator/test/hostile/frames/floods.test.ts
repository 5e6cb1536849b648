import { setImmediate as tick } from 'node:timers/promises'
import b4a from 'b4a'
import type { NoiseStream } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { destroyed, overTcp, overUdx, type Wire } from '../../kit/wires.js'
import { flat, usage } from '../kit/handles.js'
import { carriesOn, stage } from '../kit/stage.js'

interface Writer {
  _write(frame: Uint8Array, cb: () => void): void
}

const FLOODS: [string, string, () => Promise<Wire>, (peer: Writer) => void][] = [
  ['keep-alives over TCP', 'SLOWED', overTcp, (peer) => peer._write(b4a.alloc(0), () => {})],
  [
    'small frames of no channel over UDX',
    'SLOWED',
    overUdx,
    (peer) => peer._write(b4a.from([9, 0]), () => {})
  ]
]

test.each(FLOODS)('a flood of %s is told of as %s, and leaves nothing', async (_, code, wire, send) => {
  const { near, honest, hostile, stream, offences } = await stage({}, true, wire)
  const before = await usage()
  const { rawStream } = hostile.stream as unknown as { rawStream: { writableLength?: number } }
  const isTold = (): boolean => offences.some(({ err }) => err.code === code)
  while (!isTold()) {
    for (let i = 0; i < 500; i++) send(hostile.stream as NoiseStream as unknown as Writer)
    do await tick()
    while ((rawStream.writableLength ?? 0) > 1e6 && !isTold())
  }
  expect(offences.map(({ stream }) => stream)).toEqual(offences.map(() => stream))
  await carriesOn(near, honest)
  await Promise.all([destroyed(stream), destroyed(hostile.stream)])
  await flat(before)
})
