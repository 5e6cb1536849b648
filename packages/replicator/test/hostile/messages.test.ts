import b4a from 'b4a'
import { expect, test } from 'vitest'
import { until } from '../kit/policed.js'
import { read } from '../kit/side.js'
import { connected, type OpenPeer, peerOf, request, sync } from './kit/open-peer.js'
import { openFrame } from './kit/hostile-peer.js'
import { carriesOn, closed, joined, stage } from './kit/stage.js'

test('a range of 2^50 blocks ends its stream at once, where Hypercore would set a bit for each', async () => {
  const { near, peer, ours, offences, closed } = await connected()
  peer.wireRange.send({ drop: false, start: 1, length: 2 ** 50 })
  await closed
  expect(offences.map(({ err, stream }) => [err.code, stream])).toEqual([['BAD_FRAME', ours]])
  await carriesOn(near, await joined(near))
})

/** Two pages and more of blocks without a byte. */
const LONG = Array.from({ length: 2 ** 16 }, () => '')

const FAR: [string, (peer: OpenPeer) => unknown][] = [
  ['range', ({ wireRange }) => wireRange.send({ drop: false, start: 2 ** 52, length: 1 })],
  ['first range', ({ wireRange }) => wireRange.send({ drop: false, start: 0, length: 2 ** 52 })],
  ['bitfield', ({ wireBitfield }) => wireBitfield.send({ start: 2 ** 52, bitfield: new Uint32Array(4) })]
]

test.each(FAR)(
  'a %s beyond any core ends its stream, where Hypercore would go over all that lies between',
  async (_, claim) => {
    const { near, peer, ours, offences, closed } = await connected()
    claim(peer)
    await closed
    expect(offences.map(({ err, stream }) => [err.code, stream])).toEqual([['BAD_FRAME', ours]])
    await carriesOn(near, await joined(near))
  }
)

const CLAIMS: [string, (peer: OpenPeer, i: number) => unknown][] = [
  ['ranges', ({ wireRange }, i) => wireRange.send({ drop: false, start: 1, length: 2 ** 27 - 2 - i })],
  [
    'ranges and drops',
    ({ wireRange }, i) => wireRange.send({ drop: i % 2 === 0, start: 1, length: 2 ** 27 })
  ],
  ['drops in the middle', ({ wireRange }, i) => wireRange.send({ drop: true, start: 2 * i, length: 1 })],
  ['single blocks', ({ wireRange }, i) => wireRange.send({ drop: false, start: i * 2 ** 15, length: 1 })],
  [
    'bitfields',
    ({ wireBitfield }, i) => wireBitfield.send({ start: i * 2 ** 12, bitfield: new Uint32Array(4).fill(i) })
  ]
]

test.each(CLAIMS)(
  '%s all over a core that has two blocks take no page, and end with its length',
  async (_, claim) => {
    const blocks = ['a', 'b']
    const { near, peer, far, core, ours, offences } = await connected({
      blocks,
      limits: { pagesPerStream: 1 }
    })
    peer.wireRange.send({ drop: false, start: 0, length: 2 ** 35 })
    for (let i = 1; i <= 300; i++) claim(peer, i)
    expect(await read(await far.source.get({ key: core.key! }), 1)).toBe('b')
    expect([offences, ours.destroyed]).toEqual([[], false])
    peer.wireSync.send(sync({ length: 2, remoteLength: 2 }))
    await until(() => offences.length > 0)
    expect(offences.map(({ err, stream }) => [err.code, stream])).toEqual([['BAD_CLAIM', ours]])
    await carriesOn(near, await joined(near))
  }
)

test('the pages of a channel that has closed do not count', async () => {
  const { near, far, core, peer, ours, theirs, offences } = await connected({ limits: { pagesPerStream: 2 } })
  await core.append(LONG)
  for (let i = 0; i < 2; i++) peer.wireRange.send({ drop: false, start: i * 2 ** 15 + 5, length: 1 })
  expect(await read(await far.source.get({ key: core.key! }), 1)).toBe('')
  near.replicator.detach(core, ours)
  const other = await near.source.get({ blocks: ['b'] })
  await other.append(LONG)
  const copy = await far.source.get({ key: other.key! })
  expect(await read(copy)).toBe('b')
  const { wireRange } = await peerOf(copy, theirs)
  for (let i = 0; i < 2; i++) wireRange.send({ drop: false, start: i * 2 ** 15 + 5, length: 1 })
  expect(await read(copy, 1)).toBe('')
  expect([ours.destroyed, offences]).toEqual([false, []])
})

test('an open with a wrong proof ends its stream, and is told with the core', async () => {
  const { near, honest, hostile, stream, offences } = await stage()
  const core = await near.source.get({ blocks: ['a'] })
  const told = new Promise((resolve) =>
    near.replicator.once('limited', (err, info) => resolve([err.code, info]))
  )
  const gone = closed(stream)
  await hostile.send(openFrame(1, core.discoveryKey!))
  expect(await told).toEqual(['INVALID_CAPABILITY', { discoveryKey: core.discoveryKey, stream }])
  await gone
  expect(offences.map(({ err }) => err.code)).toEqual(['INVALID_CAPABILITY'])
  await carriesOn(near, honest)
})

test('a message to the mux itself that makes no sense ends its stream with BAD_FRAME', async () => {
  const { near, honest, hostile, stream, offences } = await stage()
  const gone = closed(stream)
  await hostile.send(b4a.from([0, 2, 99])) // rejects an open that was never sent
  await gone
  expect(offences.map(({ err }) => err.code)).toEqual(['BAD_FRAME'])
  await carriesOn(near, honest)
})

test('what ends a stream names the core whose channel it was', async () => {
  const { core, peer, offences, closed } = await connected()
  peer.wireRange.send({ drop: false, start: 2 ** 52, length: 1 })
  await closed
  expect(offences.map(({ err }) => err.discoveryKey)).toEqual([core.discoveryKey])
})

test('requests that nobody waits for end their stream at the limit', async () => {
  const { near, peer, ours, offences, closed } = await connected({ limits: { requestsPerChannel: 100 } })
  for (let id = 1; id <= 200; id++) peer.wireRequest.send(request(id, 0))
  await closed
  expect(offences.map(({ err, stream }) => [err.code, stream])).toEqual([['TOO_MANY_REQUESTS', ours]])
  await carriesOn(near, await joined(near))
})
