import { systemClock } from '@manycore/ground'
import { expect, test } from 'vitest'
import type { CoreChannel, Handlers } from '../../../src/wire/hypercore-peer.js'
import type { Sync } from '../../../src/wire/messages.js'
import type { Host } from '../../../src/wire/interceptors/interceptor.js'
import { REPLACED, SYNC } from '../../../src/wire/costs.js'
import { Work } from '../../../src/wire/work.js'
import { newestSync } from '../../../src/wire/interceptors/syncs.js'
import type { MuxCalls } from '../../../src/wire/protomux.js'
import { sync } from '../../hostile/kit/open-peer.js'

test('a sync that comes on its own passes through, and what it gives back is what Hypercore gave', async () => {
  const { channel, say, told, ends } = scene()
  const working = say(channel(), 1)
  expect(told).toEqual([1])
  expect(working).toBe(ends[0]!.promise)
})

test('of the syncs that come while one is being worked on, the last one is worked on after it', async () => {
  const { channel, say, told, ends } = scene()
  const one = channel()
  say(one, 1)
  await settled()
  const results = [2, 3, 4].map((length) => say(one, length))
  expect(told).toEqual([1])
  expect(results.map((result) => result instanceof Promise)).toEqual([true, false, false])
  ends[0]!.end()
  await settled()
  expect(told).toEqual([1, 4])
  ends[1]!.end()
  await results[0]
  say(one, 5)
  expect(told).toEqual([1, 4, 5])
})

test('a sync is charged when it is worked on, and those that a newer one replaced by the little that they cost', async () => {
  const { channel, say, work } = scene(false)
  const one = channel()
  for (let length = 1; length <= 1000; length++) say(one, length)
  await settled()
  // The first acknowledges what had not been acknowledged; the last is charged, and those between.
  expect([work.debt, work.spent]).toEqual([998 * REPLACED + SYNC, 998 * REPLACED + 2 * SYNC])
})

test('a sync that acknowledges more of our length than any before is free of charge, and one that takes it back is not', async () => {
  const { channel, handlers, work } = scene(false)
  const one = channel()
  const debts: number[] = []
  for (const remoteLength of [3, 5, 5, 0, 5, 9, 10]) {
    void handlers.sync({ ...sync({ length: 0 }), remoteLength } as Sync, one)
    await settled()
    debts.push(work.debt / SYNC)
  }
  expect(debts).toEqual([0, 0, 1, 2, 3, 3, 4]) // our length is 9
})

test('of the syncs of one turn the first and the last are worked on, although none takes any time', async () => {
  const { channel, say, told } = scene(false)
  const [one, other] = [channel(), channel()]
  for (let length = 1; length <= 1000; length++) say(one, length)
  say(other, -1)
  expect(told).toEqual([1, -1])
  await settled()
  expect(told).toEqual([1, -1, 1000])
  say(one, 1001)
  expect(told).toEqual([1, -1, 1000, 1001])
})

test('any other message of the channel comes after the sync that came before it', async () => {
  const { channel, say, handlers, told, ends } = scene()
  const [one, other] = [channel(), channel()]
  say(one, 1)
  const held = say(one, 2)
  handlers.range({ drop: false, start: 0, length: 1 }, other)
  expect(told).toEqual([1, 'range'])
  handlers.range({ drop: false, start: 0, length: 1 }, one)
  expect(told).toEqual([1, 'range', 2, 'range'])
  say(one, 3)
  for (const { end } of ends) end()
  await held
  await settled()
  expect(told).toEqual([1, 'range', 2, 'range', 3])
})

test('the last sync is worked on before the close of the remote, and dropped after one of ours', async () => {
  const { channel, say, calls, told, ends } = scene()
  const [one, other] = [channel(), channel()]
  for (const each of [one, other]) [1, 2].forEach((length) => say(each, length))
  Object.assign(other, { closed: true })
  calls._onclosesession({ buffer: new Uint8Array(1), start: 0, end: 1 })
  expect(told).toEqual([1, 1, 2, 'close'])
  for (const { end } of ends) end()
  await settled()
  expect(told).toEqual([1, 1, 2, 'close'])
})

test('what becomes of the last sync is what its promise says, also when others have been before it', async () => {
  const { channel, say, handlers, ends } = scene()
  const one = channel()
  say(one, 1)
  const held = say(one, 2)
  handlers.unwant({} as never, one)
  ends[1]!.end(new Error('no'))
  await settled()
  ends[0]!.end()
  await expect(held).rejects.toThrow('no')

  say(one, 3)
  const after = say(one, 4)
  ends[2]!.end(new Error('the first one fails as well'))
  await settled()
  ends[3]!.end(new Error('not again'))
  await expect(after).rejects.toThrow('not again')
})

test.each<[string, Partial<Sync>]>([
  ['a length', { length: 2 ** 36 + 1 }],
  ['an acknowledged length', { remoteLength: 2 ** 36 + 1 }],
  ['a fork', { fork: 2 ** 53 }]
])('%s that no core can have ends the stream', (_, fields) => {
  const { channel, handlers, told } = scene()
  expect(() => handlers.sync(sync(fields), channel())).toThrow(expect.objectContaining({ code: 'BAD_FRAME' }))
  expect(told).toEqual([])
})

test('a length that we never had is let through when the remote acknowledges it', () => {
  const { channel, handlers, told } = scene()
  handlers.sync(sync({ length: 1, remoteLength: 2 ** 36 }), channel())
  expect(told).toEqual([1])
})

interface End {
  promise: Promise<void>
  end: (err?: Error) => void
}

interface Scene {
  handlers: Handlers
  calls: MuxCalls
  channel: () => CoreChannel
  say: (channel: CoreChannel, length: number) => unknown
  /** lengths of syncs, and names of what else Hypercore got */
  told: unknown[]
  ends: End[]
  work: Work
}

/** @param takesTime  false: Hypercore has worked on a sync when its handler returns, as it does when only the fork changes */
function scene(takesTime = true): Scene {
  const told: unknown[] = []
  const ends: End[] = []
  const note = (what: unknown) => (): undefined => void told.push(what)
  function onsync({ length }: Sync, { userData }: CoreChannel): Promise<void> {
    told.push(length)
    const peer = userData as { syncsProcessing: number }
    if (!takesTime) return Promise.resolve()
    peer.syncsProcessing++
    let end!: End['end']
    const promise = new Promise<void>((resolve, reject) => {
      end = (err) => {
        peer.syncsProcessing--
        if (err) reject(err)
        else resolve()
      }
    })
    promise.catch(() => {})
    ends.push({ promise, end })
    return promise
  }
  const inner = { sync: onsync, range: note('range'), unwant: note('unwant'), open: note('open') }
  const work = new Work(systemClock, () => 0)
  const interceptor = newestSync({ work } as unknown as Host)
  const handlers = { ...inner, ...interceptor.wrap!(inner as never) } as never as Handlers
  const calls = interceptor.control!({ _onclosesession: note('close') } as never) as MuxCalls
  const channel = (): CoreChannel =>
    ({
      closed: false,
      userData: { syncsProcessing: 0, remoteSynced: true, core: { state: { length: 9 } } }
    }) as never
  return {
    handlers,
    calls,
    channel,
    told,
    ends,
    work,
    say: (on, length) => handlers.sync(sync({ length }), on)
  }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
