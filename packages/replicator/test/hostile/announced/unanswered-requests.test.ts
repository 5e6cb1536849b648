import { expect, test } from 'vitest'
import { read, side } from '../../kit/side.js'
import { ManualClock } from '../../kit/manual-clock.js'
import { type OpenPeer, sync } from '../kit/open-peer.js'
import { connect, replicated, type SilentPeer, silentPeer, turn, until } from '../kit/silent-peer.js'

/** Looks at our requests until one is late, and one more for a request that was made before a look. */
const LATE = 5

test('a core grows although a peer has announced a longer length and does not answer', async () => {
  const { near, writer, copy, clock, offences } = await replicated()
  const silent = await silentPeer(near, copy)
  await announce(silent, 10)
  await writer.core.append('d')
  await looks(clock, LATE)
  expect(await read(copy, 3)).toBe('d')
  expect(offences.map(({ err, stream }) => [err.code, stream])).toEqual([['UNANSWERED', silent.stream]])
  expect([silent.stream.destroyed, silent.ours.paused]).toEqual([false, false])

  for (const block of ['e', 'f', 'g']) {
    silent.peer.wireSync.send(sync({ length: 10, remoteLength: copy.length }))
    await writer.core.append(block)
    expect(await read(copy, copy.length)).toBe(block)
  }
  expect(offences.length).toBe(1)
})

test('of three silent peers and an honest one the honest one is asked in the end', async () => {
  const { near, writer, copy, clock, offences } = await replicated()
  for (let i = 0; i < 3; i++) await announce(await silentPeer(near, copy), 10, i === 0)
  await writer.core.append('d')
  expect(await inTheEnd(read(copy, 3), clock)).toBe('d')
  expect(offences.every(({ err }) => err.code === 'UNANSWERED')).toBe(true)
})

test('blocks are read from who has them although four others say so, and do not answer', async () => {
  const blocks = Array.from({ length: 16 }, (_, i) => `block ${i}`)
  const { near, copy, clock, offences } = await replicated(blocks, false)
  const all = await Promise.all(Array.from({ length: 4 }, () => silentPeer(near, copy)))
  for (const silent of all) await claim(silent, 16)
  for (const [index, block] of blocks.entries()) {
    expect(await inTheEnd(read(copy, index), clock)).toBe(block)
  }
  expect(all.some(({ requests }) => requests.length > 0)).toBe(true)
  expect(offences.length).toBeGreaterThan(0)
})

test('a silent peer is asked for nothing that others have, for some time', async () => {
  const blocks = Array.from({ length: 64 }, (_, i) => `block ${i}`)
  const { near, copy, clock, offences } = await replicated(blocks, false)
  const silent = await silentPeer(near, copy)
  await claim(silent, blocks.length)
  let index = 0
  const readNext = async (): Promise<void> => {
    const reading = read(copy, index++)
    const isRead = reading.then(() => true)
    await Promise.race([isRead, until(() => silent.ours.inflight > 0)])
    if (silent.ours.inflight > 0) await looks(clock, LATE)
    await reading
  }
  while (offences.length === 0) await readNext()
  const before = silent.requests.length
  for (let i = 0; i < 16; i++) await read(copy, index++) // each time one of two was asked
  expect([silent.requests.length, offences.length]).toEqual([before, 1])
  await looks(clock, 2 * (LATE - 1))
  while (silent.requests.length === before) await readNext()
})

test('a seek is answered by another peer', async () => {
  const blocks = Array.from({ length: 8 }, () => 'four')
  const { near, copy, clock } = await replicated(blocks, false)
  await claim(await silentPeer(near, copy), 8)
  for (let bytes = 1; bytes < 32; bytes += 4) {
    expect(await inTheEnd(copy.seek(bytes), clock)).toEqual([(bytes - 1) / 4, 1])
  }
})

test('a fork is proved by the writer although another peer has named it first and says no more', async () => {
  const { near, writer, copy, clock } = await replicated()
  const silent = await silentPeer(near, copy)
  silent.peer.wireSync.send(sync({ fork: 1, length: 2 }))
  await until(() => silent.requests.length === 1)
  await writer.core.truncate(2)
  await looks(clock, LATE)
  await until(() => copy.fork === 1)
  await writer.core.append('new')
  expect(await read(copy, 2)).toBe('new')
})

test('the manifest of an empty core comes from another peer', async () => {
  const clock = new ManualClock()
  const [near, far] = [side({ clock, limits: { stalledMs: Infinity } }), side()]
  const core = await far.source.get({ blocks: [] })
  const copy = await near.source.get({ key: core.key! })
  expect(copy.manifest).toBe(null)
  const silent = await silentPeer(near, copy)
  silent.peer.wireSync.send(sync({ length: 0, remoteLength: 0 }))
  await until(() => silent.requests.length === 1)
  await connect(near, far)
  await until(() => copy.peers.length === 2)
  await looks(clock, LATE)
  await until(() => copy.manifest !== null)
})

test.each<[string, object]>([
  ['acknowledges', { remoteLength: 3 }],
  ['does not acknowledge', { remoteLength: 0 }]
])('update() comes to an end although a peer says it has more, and %s what we have', async (_, fields) => {
  const { near, copy, clock, offences } = await replicated()
  const silent = await silentPeer(near, copy)
  silent.peer.wireSync.send(sync({ length: 10, ...fields }))
  await until(() => silent.ours.remoteLength === 10)
  let result: boolean | null = null
  void copy.update({ wait: true }).then((hasUpdated) => (result = hasUpdated))
  await turn()
  expect(result).toBe(null)
  await looks(clock, LATE + 1)
  expect(result).toBe(false)
  expect(offences.map(({ err }) => err.code)).toEqual(['UNANSWERED'])
})

test('a peer for which nobody else could answer is waited for, and nothing is said', async () => {
  const { near, writer, copy, clock, offences } = await replicated()
  const slow = side()
  await connect(writer.side, slow)
  const theirs = await slow.source.get({ key: copy.key! })
  await read(theirs, 2)
  const silent = await silentPeer(near, copy, slow)
  const other = await silentPeer(near, copy)
  other.peer.wireSync.send(sync({ length: 3, remoteLength: 3 }))
  writer.stream.destroy()
  await until(() => copy.peers.length === 2)
  await writer.core.append('d')
  expect(await read(theirs, 3)).toBe('d')
  await announce(silent, 4)
  await looks(clock, LATE * 10)
  expect([offences, silent.requests.length]).toEqual([[], 1])

  silent.peer.wireRange.send({ drop: false, start: 0, length: 4 })
  silent.answer()
  await until(() => copy.length === 4)
  const reading = read(copy, 3)
  await until(() => silent.requests.length === 1)
  silent.answer()
  expect(await reading).toBe('d')
})

test('what still comes of a request that was taken back changes nothing', async () => {
  const { near, writer, copy, clock, offences } = await replicated()
  const slow = side()
  await connect(writer.side, slow)
  const theirs = await slow.source.get({ key: copy.key! })
  for (let i = 0; i < 3; i++) await read(theirs, i)
  const silent = await silentPeer(near, copy, slow)
  await announce(silent, 4)
  await writer.core.append('d')
  await looks(clock, LATE)
  expect(await read(copy, 3)).toBe('d')
  expect(await read(theirs, 3)).toBe('d')
  silent.answer()
  await writer.core.append('e')
  expect(await read(copy, 4)).toBe('e')
  expect(near.errors).toEqual([])
  expect([offences.length, silent.ours.paused, silent.ours.inflight]).toEqual([1, false, 0])
})

test.each<[string, (peer: OpenPeer, request: number) => unknown]>([
  ['noData', (peer, request) => peer.wireNoData.send({ request, reason: 0 })],
  ['nothing at all', (peer, request) => peer.wireData.send({ ...NOTHING, request })],
  ['a wrong proof', (peer, request) => peer.wireData.send({ ...NOTHING, request, upgrade: WRONG })]
])(
  'a core grows although another peer has announced a longer length and answers with %s',
  async (_, answer) => {
    const { near, writer, copy } = await replicated()
    const hostile = await silentPeer(near, copy)
    hostile.onrequest((request) => answer(hostile.peer, request))
    hostile.peer.wireSync.send(sync({ length: 100, remoteLength: 3 }))
    for (const block of ['d', 'e', 'f']) {
      await writer.core.append(block)
      expect(await read(copy, copy.length)).toBe(block)
      hostile.peer.wireSync.send(sync({ length: 100, remoteLength: copy.length }))
    }
  }
)

const NOTHING = { fork: 0, block: null, hash: null, seek: null, upgrade: null, manifest: null }
const WRONG = { start: 3, length: 97, nodes: [], additionalNodes: [], signature: new Uint8Array(64) }

/** Says that it has so many blocks, and is asked for them. */
async function announce(silent: SilentPeer, length: number, isAsked = true): Promise<void> {
  silent.peer.wireSync.send(sync({ length, remoteLength: 3 }))
  await until(() => silent.ours.remoteLength === length)
  if (isAsked) await until(() => silent.requests.length === 1)
}

/** Says that it has the blocks [0, length). */
async function claim({ peer, ours }: SilentPeer, length: number): Promise<void> {
  peer.wireSync.send(sync({ length, remoteLength: length }))
  peer.wireRange.send({ drop: false, start: 0, length })
  await until(() => ours.remoteContiguousLength === length)
}

/** A look is a quarter of `answerMs`. */
async function looks(clock: ManualClock, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    clock.run()
    for (let j = 0; j < 10; j++) await turn()
  }
}

/** What a promise resolves with while time goes on. */
async function inTheEnd<T>(promise: Promise<T>, clock: ManualClock): Promise<T> {
  const pending = new Set([promise])
  promise.finally(() => pending.clear()).catch(() => {})
  for (let i = 0; pending.size > 0 && i < 2000; i++) await looks(clock, 1)
  expect(pending.size).toBe(0)
  return promise
}
