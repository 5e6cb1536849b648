import { systemClock } from '@manycore/ground'
import { expect, test } from 'vitest'
import { DATA_AT_WORK } from '../../../src/defaults.js'
import {
  CONFLICT_CHECK,
  DROPPED_DATA,
  LOOK_AT_PEER,
  LOOK_FOR_BLOCK,
  LOOK_FOR_RANGE,
  NO_DATA,
  PUSHED_BLOCK,
  UNASKED_BYTE,
  UNASKED_DATA,
  WRONG_DATA
} from '../../../src/wire/costs.js'
import type { CoreChannel, Handlers } from '../../../src/wire/hypercore-peer.js'
import { boundData } from '../../../src/wire/interceptors/data.js'
import type { Host } from '../../../src/wire/interceptors/interceptor.js'
import { type Data, MESSAGES, type NoData } from '../../../src/wire/messages.js'
import { Work } from '../../../src/wire/work.js'

test('answers to our requests are not charged, and what nobody asked for is, by what it makes us do', () => {
  const { data, charged, replicator } = guarded()
  void data({ request: 7 })
  void data({ request: 7, upgrade: { start: 1, length: 9 } })
  expect(charged()).toBe(0)
  void data({ request: 0, upgrade: { start: 0, length: 1 } })
  expect(charged()).toBe(CONFLICT_CHECK)
  void data({ request: 8, fork: 2 })
  expect(charged()).toBe(UNASKED_DATA)
  void data({ request: 8 })
  expect(charged()).toBe(DROPPED_DATA)
  replicator.allowPush = true
  void data({ request: 0, block: { index: 3, value: new Uint8Array(0) } })
  expect(charged()).toBe(PUSHED_BLOCK)
  void data({ request: 0, upgrade: { start: 8, length: 2 } })
  expect(charged()).toBe(UNASKED_DATA)
})

test('a block that is pushed costs nothing if it was lacking and is right', async () => {
  const { data, charged, replicator, end, here } = guarded()
  replicator.allowPush = true
  const pushed = [3, 4].map((index) => data({ request: 0, block: { index, value: new Uint8Array(0) } }))
  const longer = data({
    request: 0,
    block: { index: 9, value: new Uint8Array(0) },
    upgrade: { start: 9, length: 1 }
  })
  here.add(3).add(9)
  while (await end());
  await Promise.all([...pushed, longer])
  expect(charged()).toBe(PUSHED_BLOCK)
})

test('the bytes of a block that is pushed, lacking and right, are given back with its cost', async () => {
  const { data, replicator, work, end, here } = guarded()
  replicator.allowPush = true
  work.bytes = 1000 // as the inbox says before it delivers a message
  const pushed = data({ request: 0, block: { index: 3, value: new Uint8Array(1000) } })
  expect(work.debt).toBe(PUSHED_BLOCK + 1000 * UNASKED_BYTE)
  here.add(3)
  while (await end());
  await pushed
  expect(work.debt).toBe(0)
})

test('what is pushed and is here already is dropped, even if it came while it waited for the lock', async () => {
  const { data, charged, replicator, started, end, here, stats } = guarded()
  replicator.allowPush = true
  here.add(3)
  const value = new Uint8Array(0)
  await data({ request: 0, block: { index: 3, value } })
  await data({ request: 0, block: { index: 3, value }, upgrade: { start: 2, length: 7 } })
  await data({ request: 0, upgrade: { start: 2, length: 7 } })
  expect([charged(), started]).toEqual([3 * DROPPED_DATA, []])
  const all = Array.from({ length: DATA_AT_WORK + 1 }, () => data({ request: 0, block: { index: 4, value } }))
  here.add(4)
  while (await end());
  await Promise.all(all)
  expect([charged(), started.length]).toEqual([0, DATA_AT_WORK])
  expect(stats.wireData.rx).toBe(4) // Hypercore counts the others
})

test('what is here is worked on if it may prove a conflict, is of another fork, or has a longer length', async () => {
  const { data, charged, replicator, started, end, here } = guarded()
  replicator.allowPush = true
  here.add(3)
  const block = { index: 3, value: new Uint8Array(0) }
  void data({ request: 0, block, upgrade: { start: 0, length: 9 } })
  void data({ request: 0, block, fork: 2 })
  void data({ request: 0, block, upgrade: { start: 8, length: 2 } })
  while (await end());
  expect([charged(), started.length]).toEqual([CONFLICT_CHECK + 2 * UNASKED_DATA, 3]) // no block is news
})

test('what turned out to be wrong is charged with the next message', () => {
  const { data, charged, stats } = guarded()
  void data({ request: 7 })
  stats.invalidData += 2
  void data({ request: 7 })
  void data({ request: 7 })
  expect(charged()).toBeCloseTo(2 * (WRONG_DATA + 3 * LOOK_AT_PEER))
})

test('a noData to what we have not requested is charged and dropped', () => {
  const { noData, work, told } = guarded()
  work.charge(NO_DATA, null) // by what takes it from the inbox
  noData({ request: 9, reason: 0 })
  expect([work.debt, told]).toEqual([NO_DATA, []])
})

test('a noData to a request of ours, cancelled or not, costs nothing, and what it makes Hypercore look for is spent', () => {
  const { noData, work, told, cancel, data, replicator } = guarded()
  replicator._queued.length = 2
  replicator._ranges.length = 100
  replicator.peers.length = 60
  for (const id of [8, 10]) expect(cancel(id)).toBe(true)
  for (const request of [7, 8, 7]) {
    work.charge(NO_DATA, null)
    noData({ request, reason: 0 })
  }
  expect([work.debt, told.length]).toEqual([0, 3])
  const looking = 40 * (LOOK_AT_PEER + 2 * LOOK_FOR_BLOCK + 64 * LOOK_FOR_RANGE)
  expect(work.spent).toBeCloseTo(3 * (NO_DATA + looking))
  void data({ request: 10 })
  for (const request of [8, 10]) noData({ request, reason: 0 }) // both are answered
  expect(told.length).toBe(3)
})

test('of data that needs the lock of the core a few are at work, and the rest follow in order', async () => {
  const { data, started, end, channel } = guarded()
  const all = Array.from({ length: 10 }, (_, i) => data({ request: 7, upgrade: { start: i + 1, length: 9 } }))
  void data({ request: 7 }) // needs no lock
  expect(started.map(({ upgrade }) => upgrade?.start)).toEqual([1, 2, 3, 4, undefined])
  for (let i = DATA_AT_WORK; i < 8; i++) await end()
  expect(started.slice(5).map(({ upgrade }) => upgrade?.start)).toEqual([5, 6, 7, 8])
  channel.closed = true
  while (started.length > 0 && (await end()));
  await Promise.all(all)
  expect(started).toHaveLength(9) // those that waited go with their channel
})

function guarded() {
  const work = new Work({ ...systemClock, now: () => 0 }, () => 0)
  const stats = { invalidData: 0, wireData: { rx: 0 } }
  const replicator = {
    peers: [0, 0, 0],
    _queued: [],
    _ranges: [],
    allowPush: false,
    stats: { wireData: { rx: 0 } },
    _inflight: { get: (id: number) => (id === 7 ? { peer } : null) }
  }
  const here = new Set<number>()
  const bitfield = { get: (index: number) => here.has(index) }
  const peer = { core: { state: { fork: 1, length: 9 }, bitfield, replicator }, replicator, stats }
  const messages = MESSAGES.map(() => ({ send: (): boolean => true }))
  const channel = { id: new Uint8Array(32), closed: false, userData: peer as never, messages }
  const told: NoData[] = []
  const started: Data[] = []
  const ends: (() => void)[] = []
  const inner = {
    data(message: Data) {
      started.push(message)
      return new Promise<void>((resolve) => ends.push(resolve))
    },
    noData: (message: NoData) => void told.push(message)
  } as unknown as Handlers
  const interceptor = boundData({ work } as unknown as Host)
  const handlers = interceptor.wrap!(inner)
  interceptor.make!(() => channel as never)({} as never)
  let before = 0
  return {
    here,
    stats,
    replicator,
    channel,
    started,
    work,
    data: (message: Partial<Data>): unknown =>
      handlers.data!({ ...NOTHING, fork: 1, request: 0, ...message }, channel as unknown as CoreChannel),
    told,
    cancel: (request: number): boolean =>
      (messages[MESSAGES.indexOf('cancel')]!.send as (message: object) => boolean)({ request }),
    noData: (message: { request: number; reason: number }): unknown =>
      handlers.noData!(message, channel as unknown as CoreChannel),
    /** since the last call */
    charged(): number {
      const [now, last] = [work.debt, before]
      before = now
      return now - last
    },
    /** The first that is at work ends. @returns whether there was one */
    async end(): Promise<boolean> {
      const first = ends.shift()
      first?.()
      await new Promise((resolve) => setImmediate(resolve))
      return first !== undefined
    }
  }
}

const NOTHING = { block: null, hash: null, seek: null, upgrade: null, manifest: null }
