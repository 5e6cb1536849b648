import { setImmediate as tick } from 'node:timers/promises'
import crypto from 'hypercore-crypto'
import type { InnerCore } from '@manycore/hypercore-types'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ALL_PENDING_OPENS, ALL_WAITING_OPENS } from '../../../src/defaults.js'
import { SharedRoom } from '../../../src/wire/opens/shared-room.js'
import { channelNumbers } from '../../../src/wire/protomux.js'
import { inMemory } from '../../kit/wires.js'
import { HostilePeer, openFrame } from '../kit/hostile-peer.js'
import { carriesOn, type Stage, stage } from '../kit/stage.js'

const OPENS = 500

test.each([
  ['of different cores', 400, () => crypto.randomBytes(32)],
  ['of one core', 1600, () => ONE]
])('opens %s that wait for the storage are bounded for all streams together', async (_, room, id) => {
  const { near, honest, hostile, stream, offences } = await crowded()
  const open = near.source.open
  const answers: (() => void)[] = []
  near.source.open = () => new Promise<InnerCore | null>((resolve) => void answers.push(() => resolve(null)))
  const wires = [
    [stream, hostile.stream],
    ...(await Promise.all(Array.from({ length: 3 }, inMemory)))
  ] as const
  const peers = wires.map(([ours, theirs], i) => {
    if (i === 0) return hostile
    near.replicator.replicate(ours!)
    return new HostilePeer(theirs!).listen()
  })
  for (let i = 1; i <= OPENS; i++) await Promise.all(peers.map((peer) => peer.send(openFrame(i, id()))))
  const refused = (): number => peers.reduce((sum, { rejected }) => sum + rejected, 0)
  while (wires.some(([ours]) => channelNumbers(ours!.userData!) < OPENS)) await tick() // all have come
  for (let i = 0; i < 100; i++) await tick()
  const waiting = peers.map(({ rejected }) => OPENS - rejected)
  const free = room - waiting.reduce((sum, each) => sum + each, 0)
  expect(free).toBeGreaterThan(room / 6) // a fifth, up to the order in which they came
  expect(Math.min(...waiting)).toBeGreaterThanOrEqual(free) // those that have less are not refused
  expect(offences.map(({ err }) => err.code)).toEqual(Array(4).fill('TOO_MANY_OPENS')) // once for each
  expect(new Set(offences.map(({ stream }) => stream))).toEqual(new Set(wires.map(([ours]) => ours)))

  near.source.open = async () => null // all are answered
  for (let i = 0; i < 3000 && refused() < 4 * OPENS; i++) {
    answers.splice(0).forEach((answer) => answer())
    await tick()
  }
  near.source.open = open
  await carriesOn(near, honest)
})

/** A stage on which most of the room is taken: 400 more cores may be asked for, and 1600 opens wait. */
async function crowded(): Promise<Stage> {
  const rooms = new Set<SharedRoom>()
  const { take } = SharedRoom.prototype
  const spy = vi.spyOn(SharedRoom.prototype, 'take').mockImplementation(function (this: SharedRoom) {
    rooms.add(this)
    take.call(this)
  })
  const all = await stage()
  spy.mockRestore()
  const [ofProcess, ...ofReplicators] = rooms // an open is held before its core is looked up
  for (let i = 0; i < ALL_WAITING_OPENS - 1600; i++) ofProcess!.take()
  for (const room of ofReplicators) for (let i = 0; i < ALL_PENDING_OPENS - 400; i++) room.take()
  onTestFinished(() => {
    for (let i = 0; i < ALL_WAITING_OPENS - 1600; i++) ofProcess!.leave()
  })
  return all
}

const ONE = crypto.randomBytes(32)
