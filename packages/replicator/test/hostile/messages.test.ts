import { expect, test } from 'vitest'
import { read } from '../kit/side.js'
import { connected, type OpenPeer, peerOf, request } from './kit/open-peer.js'
import { openFrame } from './kit/hostile-peer.js'
import { carriesOn, closed, joined, stage } from './kit/stage.js'

const RANGES = [
  { drop: false, start: 1, length: 2 ** 50 },
  { drop: true, start: 4097, length: 2 ** 28 }
]

for (const range of RANGES) {
  test(`a range of ${range.length} blocks ends its stream at once, where Hypercore would set a bit for each`, async () => {
    const { near, peer, ours, offences, closed } = await connected()
    peer.wireRange.send(range)
    await closed
    expect(offences.map(({ err, stream }) => [err.code, stream])).toEqual([['BAD_FRAME', ours]])
    await carriesOn(near, await joined(near))
  })
}

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
  ['ranges', ({ wireRange }, i) => wireRange.send({ drop: false, start: i * 2 ** 20 + 1, length: 2 ** 20 })],
  ['single blocks', ({ wireRange }, i) => wireRange.send({ drop: false, start: i * 2 ** 15, length: 1 })],
  [
    'bitfields',
    ({ wireBitfield }, i) => wireBitfield.send({ start: i * 2 ** 20, bitfield: new Uint32Array(4) })
  ]
]

test.each(CLAIMS)(
  '%s all over a core end their stream at the limit, before they are memory',
  async (_, claim) => {
    const { near, peer, ours, offences, closed } = await connected({ limits: { pagesPerStream: 100 } })
    for (let i = 1; i < 30; i++) peer.wireRange.send({ drop: false, start: i, length: 1 }) // one page
    for (let i = 1; i <= 101; i++) claim(peer, i)
    await closed
    expect(offences.map(({ err, stream }) => [err.code, stream])).toEqual([['TOO_MANY_PAGES', ours]])
    await carriesOn(near, await joined(near))
  }
)

test('one block dropped of a core that is said to be whole counts all pages behind it', async () => {
  const { near, peer, ours, offences, closed } = await connected({ limits: { pagesPerStream: 100 } })
  peer.wireRange.send({ drop: false, start: 0, length: 2 ** 35 })
  peer.wireRange.send({ drop: true, start: 0, length: 1 })
  await closed
  expect(offences.map(({ err, stream }) => [err.code, stream])).toEqual([['TOO_MANY_PAGES', ours]])
  await carriesOn(near, await joined(near))
})

test('the pages of a channel that has closed do not count', async () => {
  const { near, far, core, peer, ours, theirs, offences } = await connected({
    limits: { pagesPerStream: 100 }
  })
  for (let i = 1; i <= 80; i++) peer.wireRange.send({ drop: false, start: i * 2 ** 15, length: 1 })
  expect(await read(await far.source.get({ key: core.key! }))).toBe('a')
  near.replicator.detach(core, ours)
  const other = await near.source.get({ blocks: ['b'] })
  const copy = await far.source.get({ key: other.key! })
  expect(await read(copy)).toBe('b')
  const { wireRange, stats } = await peerOf(copy, theirs)
  for (let i = 1; i <= 80; i++) wireRange.send({ drop: false, start: i * 2 ** 15, length: 1 })
  const asked = stats.wireData.rx
  await other.append('c')
  expect(await read(copy, 1)).toBe('c')
  expect([stats.wireData.rx > asked, ours.destroyed, offences]).toEqual([true, false, []])
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
