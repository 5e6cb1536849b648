import type { Hypercore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { read, side } from '../../kit/side.js'
import { type OpenPeer, sync } from '../kit/open-peer.js'
import { connect, replicated, silentPeer, turn, until } from '../kit/silent-peer.js'

const FORKS = 300

test('of ever higher forks that a peer names the newest is kept, one proof is asked for, and nothing when it has left', async () => {
  const { near, writer, copy } = await replicated(['a', 'b', 'c'], true, false)
  const hostile = await silentPeer(near, copy)
  const asked = hostile.ours.stats.wireRequest.tx
  for (let fork = 1; fork <= FORKS; fork++) {
    hostile.peer.wireSync.send(sync({ fork, length: 3 }))
    if (fork % 10 > 0) continue
    hostile.peer.wireData.send(proofless(FORKS + fork))
    await turn()
  }
  await until(() => hostile.ours.remoteFork === FORKS)
  expect(forksOf(copy)).toEqual([FORKS])
  expect(hostile.ours.stats.wireRequest.tx - asked).toBe(1)

  hostile.stream.destroy()
  await until(() => copy.peers.length === 1)
  expect(forksOf(copy)).toEqual([])
  await writer.core.append('d')
  expect(await read(copy, 3)).toBe('d')
})

test('a fork that several peers stand at is kept until the last one stands elsewhere', async () => {
  const { near, copy } = await replicated()
  const [one, other] = [await silentPeer(near, copy), await silentPeer(near, copy)]
  for (const { peer, ours } of [one, other]) {
    peer.wireSync.send(sync({ fork: 5, length: 3 }))
    await until(() => ours.remoteFork === 5)
  }
  one.peer.wireSync.send(sync({ fork: 7, length: 3 }))
  await until(() => one.ours.remoteFork === 7)
  expect(forksOf(copy)).toEqual([5, 7])
  one.peer.wireSync.send(sync({ fork: 6, length: 3 })) // lower than before
  await until(() => one.ours.remoteFork === 6)
  expect(forksOf(copy)).toEqual([5, 6])
  other.peer.wireSync.send(sync({ fork: 0, length: 3 }))
  await until(() => other.ours.remoteFork === 0)
  expect(forksOf(copy)).toEqual([6])
})

test.each<[string, (peer: OpenPeer, request: number) => unknown]>([
  ['noData', (peer, request) => peer.wireNoData.send({ request, reason: 1 })],
  ['a wrong proof', (peer, request) => peer.wireData.send(wrongProof(request))]
])(
  'a fork is proved by the writer although another peer has named it first, and answers %s',
  async (_, answer) => {
    const { near, writer, copy } = await replicated()
    const hostile = await silentPeer(near, copy)
    hostile.onrequest((request) => answer(hostile.peer, request))
    hostile.peer.wireSync.send(sync({ fork: 1, length: 2 }))
    await until(() => hostile.ours.remoteFork === 1)
    await writer.core.truncate(2)
    await until(() => copy.fork === 1)
    await writer.core.append('new')
    expect(await read(copy, 2)).toBe('new')
    expect(forksOf(copy)).toEqual([])
  }
)

test('what the writer truncates several times in a row arrives, from it and from one that lags behind', async () => {
  const { near, writer, copy } = await replicated()
  const third = side()
  await connect(writer.side, third)
  const lagging = await third.source.get({ key: copy.key! })
  await read(lagging, 2)
  await connect(third, near)
  await until(() => copy.peers.length === 2)
  for (let i = 1; i <= 20; i++) {
    await writer.core.truncate(2)
    await writer.core.append(`fork ${i}`)
    if (i % 5 === 0) await turn()
  }
  await until(() => [copy, lagging].every(({ fork, length }) => fork === 20 && length === 3))
  expect([await read(copy, 2), await read(lagging, 2)]).toEqual(['fork 20', 'fork 20'])
  await until(() => forksOf(copy).length + forksOf(lagging).length === 0)
})

/** Data of a fork that proves nothing, and that nobody has asked for. */
function proofless(fork: number): object {
  return { request: 4000, fork, block: null, hash: null, seek: null, upgrade: null, manifest: null }
}

function wrongProof(request: number): object {
  const signature = new Uint8Array(64)
  const upgrade = { start: 0, length: 2, nodes: [], additionalNodes: [], signature }
  return { request, fork: 1, block: null, hash: null, seek: null, upgrade, manifest: null }
}

function forksOf({ core }: Hypercore): number[] {
  const { _reorgs } = core!.replicator as unknown as { _reorgs: { fork: number }[] }
  return _reorgs.map(({ fork }) => fork)
}
