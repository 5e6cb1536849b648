import { systemClock } from '@manycore/ground'
import { expect, test } from 'vitest'
import { DATA_AT_WORK } from '../../../src/defaults.js'
import {
  CONFLICT_CHECK,
  DROPPED_DATA,
  LOOK_AT_PEER,
  NO_DATA,
  UNASKED_DATA,
  WRONG_DATA
} from '../../../src/wire/costs.js'
import type { CoreChannel, Handlers } from '../../../src/wire/hypercore-peer.js'
import { boundData } from '../../../src/wire/interceptors/data.js'
import type { Host } from '../../../src/wire/interceptors/interceptor.js'
import type { Data } from '../../../src/wire/messages.js'
import { Work } from '../../../src/wire/work.js'

test('answers to our requests are not charged, and what nobody asked for is, by what it makes us do', () => {
  const { data, charged, replicator } = guarded()
  void data({ request: 7 })
  void data({ request: 7, upgrade: { start: 1 } })
  expect(charged()).toBe(0)
  void data({ request: 0, upgrade: { start: 0 } })
  expect(charged()).toBe(CONFLICT_CHECK)
  void data({ request: 8, fork: 2 })
  expect(charged()).toBe(UNASKED_DATA)
  void data({ request: 8 })
  expect(charged()).toBe(DROPPED_DATA)
  replicator.allowPush = true
  void data({ request: 0, block: { index: 3, value: new Uint8Array(1) } })
  expect(charged()).toBe(UNASKED_DATA)
})

test('a block that is pushed costs nothing if it was lacking and is right', async () => {
  const { data, charged, replicator, end, here } = guarded()
  replicator.allowPush = true
  const pushed = [3, 4].map((index) => data({ request: 0, block: { index, value: new Uint8Array(1) } }))
  here.add(3)
  while (await end());
  await Promise.all(pushed)
  const again = data({ request: 0, block: { index: 3, value: new Uint8Array(1) } })
  while (await end());
  await again
  expect(charged()).toBe(2 * UNASKED_DATA)
})

test('what turned out to be wrong is charged with the next message', () => {
  const { data, charged, stats } = guarded()
  void data({ request: 7 })
  stats.invalidData += 2
  void data({ request: 7 })
  void data({ request: 7 })
  expect(charged()).toBe(2 * WRONG_DATA)
})

test('a noData that answers nothing is charged for each peer that is looked at, and one that does costs nothing', () => {
  const { noData, charged, work } = guarded()
  noData({ request: 9, reason: 0 })
  expect(charged()).toBe(3 * LOOK_AT_PEER)
  work.charge(NO_DATA, null) // by what takes it from the inbox
  noData({ request: 7, reason: 0 })
  expect(work.debt).toBe(3 * LOOK_AT_PEER)
})

test('of data that needs the lock of the core a few are at work, and the rest follow in order', async () => {
  const { data, started, end, channel } = guarded()
  const all = Array.from({ length: 10 }, (_, i) => data({ request: 7, upgrade: { start: i + 1 } }))
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
  const stats = { invalidData: 0 }
  const replicator = {
    peers: [0, 0, 0],
    allowPush: false,
    _inflight: { get: (id: number) => (id === 7 ? { peer } : null) }
  }
  const here = new Set<number>()
  const bitfield = { get: (index: number) => here.has(index) }
  const peer = { core: { state: { fork: 1, length: 9 }, bitfield, replicator }, replicator, stats }
  const channel = { id: new Uint8Array(32), closed: false, userData: peer as never }
  const started: Data[] = []
  const ends: (() => void)[] = []
  const inner = {
    data(message: Data) {
      started.push(message)
      return new Promise<void>((resolve) => ends.push(resolve))
    },
    noData: () => undefined
  } as unknown as Handlers
  const handlers = boundData({ work } as unknown as Host).wrap!(inner)
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
