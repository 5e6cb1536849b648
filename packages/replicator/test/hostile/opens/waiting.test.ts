import { setImmediate as tick } from 'node:timers/promises'
import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import type { InnerCore } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import type { ReplicationPolicy, ReplicatorOptions } from '../../../src/index.js'
import { channelNumbers } from '../../../src/wire/protomux.js'
import { ManualClock } from '../../kit/manual-clock.js'
import { side, type Side } from '../../kit/side.js'
import { destroyed, inMemory, type Wire } from '../../kit/wires.js'
import { flat, type Usage, usage } from '../kit/handles.js'
import { batchFrame, closeFrame, HostilePeer, openFrame, uint } from '../kit/hostile-peer.js'
import { noteOffences, type Offence } from '../kit/offences.js'
import { carriesOn, joined } from '../kit/stage.js'

const OPENS = 16_000

/** What an open that waits may take: with 16,384 of them, 32 MB per stream. */
const BYTES = 2048

test('opens that wait do not keep the frames of 4 MB in which they came', async () => {
  const { near, honest, hostile, lookUps, before } = await hanging()
  const rest = b4a.concat([b4a.from([0, 99]), uint(4e6), b4a.alloc(4e6)]) // for a channel that is not open: ignored
  for (let i = 1; i <= 30; i++) {
    await hostile.send(b4a.concat([batchFrame([openFrame(i, crypto.randomBytes(32))]), rest]))
    while (lookUps() < i) await tick()
  }
  await flat(before, 10e6) // a frame or two are on their way
  await carriesOn(near, honest)
})

test.each<[string, ReplicatorOptions]>([
  ['no policy', {}],
  ['a policy', { policy: { access: () => true } }]
])('16,000 opens of different cores that wait for the storage take 2 KB each, with %s', async (_, opts) => {
  const { near, honest, hostile, stream, before } = await hanging(opts)
  await hostile.flood(opens(() => crypto.randomBytes(32)))
  await taken(stream)
  expect(await bytesEach(before)).toBeLessThan(BYTES)
  expect(stream.destroyed).toBe(false)
  await carriesOn(near, honest)
  await destroyed(stream)
})

test('16,000 opens of one core are one look-up and one question, and take a quarter of that each', async () => {
  let asked = 0
  const clock = new ManualClock()
  const policy: ReplicationPolicy = {
    announce: () => false,
    access: async () => {
      asked++
      await tick()
      return false
    }
  }
  const { near, honest, hostile, stream, lookUps } = await hanging({ clock })
  near.replicator.replicate(stream, { policy })
  const core = await near.source.get({ blocks: ['a'] }, { active: false })
  await carriesOn(near, honest)
  const [before, looked] = [await usage(), lookUps()]
  asked = 0
  await hostile.flood(opens(() => core.discoveryKey!))
  await taken(stream) // the answer has come, and the refusal has not
  expect(await bytesEach(before)).toBeLessThan(BYTES / 4)
  expect([asked, lookUps() - looked, hostile.rejected]).toEqual([1, 1, 0])
  clock.run()
  await hostile.refusals(OPENS)
  expect(hostile.rejected).toBe(OPENS)
  await carriesOn(near, honest)
  await destroyed(stream)
  await flat(before)
})

test('of several opens of one core one gets it, the others are refused, and those taken back cost nothing', async () => {
  const { near, honest, hostile, stream } = await hanging()
  const core = await near.source.get({ blocks: ['a'] }, { active: false })
  let answer = (): void => {}
  near.source.open = () => new Promise((resolve) => (answer = () => resolve(core.core!)))
  const before = await usage()
  await hostile.flood([openFrame(1, core.discoveryKey!), openFrame(2, core.discoveryKey!)])
  for (let i = 0; i < 5000; i++) await hostile.flood([openFrame(3, core.discoveryKey!), closeFrame(3)])
  await hostile.refusals(5000)
  expect([hostile.rejected, stream.destroyed]).toEqual([5000, false])
  await flat(before)
  answer()
  await destroyedBy(stream, 'INVALID_CAPABILITY') // of the one that was opened
  await carriesOn(near, honest)
})

test('that many opens wait for seconds is said once, and which core they wait for', async () => {
  const clock = new ManualClock()
  const { near, honest, hostile, stream, offences } = await hanging({
    clock,
    limits: { stalledMs: Infinity }
  })
  const key = crypto.randomBytes(32)
  await hostile.flood(Array.from({ length: 100 }, (_, i) => openFrame(i + 1, key)))
  while (clock.timers.size === 0) await tick()
  clock.run()
  expect(offences).toEqual([]) // they may have come just now
  clock.run()
  clock.run()
  expect(offences.map(({ err, stream }) => [err.code, err.discoveryKey, stream])).toEqual([
    ['OPENS_WAIT', key, stream]
  ])
  await destroyed(stream)
  expect(clock.timers.size).toBe(0)
  await carriesOn(near, honest)
})

test('a few opens that wait for long are no reason to say so', async () => {
  const clock = new ManualClock()
  const { hostile, lookUps, offences } = await hanging({ clock, limits: { stalledMs: Infinity } })
  await hostile.flood(Array.from({ length: 20 }, (_, i) => openFrame(i + 1, crypto.randomBytes(32))))
  while (lookUps() < 20) await tick()
  expect([clock.timers.size, offences]).toEqual([0, []])
})

interface Hanging {
  near: Side
  honest: Side
  hostile: HostilePeer
  /** Ours, towards the hostile peer. */
  stream: Wire[0]
  offences: Offence[]
  lookUps: () => number
  before: Usage
}

/** One of ours, whose storage does not answer about cores that are not open. */
async function hanging(opts: ReplicatorOptions = {}): Promise<Hanging> {
  const near = side(opts)
  const honest = await joined(near)
  const [stream, theirs] = await inMemory()
  near.replicator.replicate(stream)
  const offences = noteOffences(near.replicator)
  const hostile = new HostilePeer(theirs).listen()
  await carriesOn(near, honest)
  const open = near.source.open.bind(near.source)
  let count = 0
  near.source.open = (discoveryKey) => {
    count++
    const isHere = near.source.map.has(b4a.toString(discoveryKey, 'hex'))
    return isHere ? open(discoveryKey) : new Promise<InnerCore | null>(() => {})
  }
  return { near, honest, hostile, stream, offences, lookUps: () => count, before: await usage() }
}

/** Until all opens have come, and what can be done about them at once is done. */
async function taken({ userData }: Wire[0]): Promise<void> {
  while (channelNumbers(userData!) < OPENS) await tick()
  for (let i = 0; i < 10; i++) await tick()
}

async function bytesEach(before: Usage): Promise<number> {
  const { bytes, buffers } = await usage()
  const each = (bytes - before.bytes + buffers - before.buffers) / OPENS
  expect(each).toBeGreaterThan(100) // they are there
  return each
}

function* opens(key: () => Uint8Array): Generator<Uint8Array> {
  for (let i = 1; i <= OPENS; i++) yield openFrame(i, key())
}

/** Until a stream ends with this error. */
function destroyedBy(stream: Wire[0], message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('error', (err: Error) => (err.message.includes(message) ? resolve() : reject(err)))
  })
}
