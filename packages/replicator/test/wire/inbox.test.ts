import { setImmediate as turn } from 'node:timers/promises'
import b4a from 'b4a'
import Protomux from 'protomux'
import { expect, onTestFinished, test } from 'vitest'
import type { ReplicatorError } from '../../src/index.js'
import { AT_WORK, INBOX_BYTES, SLOWED_MS } from '../../src/defaults.js'
import {
  INDEBTED_SLICE,
  MESSAGE,
  REFILL_PER_MS,
  SLICE,
  SMALL_DEBT,
  UNASKED_BYTE
} from '../../src/wire/costs.js'
import { Inbox } from '../../src/wire/inbox.js'
import { turns } from '../../src/wire/turns.js'
import { closed } from '../hostile/kit/stage.js'
import { SteppedClock } from '../kit/stepped-clock.js'
import { inMemory } from '../kit/wires.js'

interface Scene {
  inbox: Inbox
  clock: SteppedClock
  stream: Awaited<ReturnType<typeof inMemory>>[0]
  /** channel and first byte of each message that was worked on */
  seen: string[]
  slowed: ReplicatorError[]
  /** called with each message before it is noted; charges nothing unless the test says so */
  work: (byte: number) => void
  receive(channel: number, ...bytes: number[]): void
}

/** An inbox on a real Protomux, whose messages go to the test. */
async function scene(): Promise<Scene> {
  const [stream] = await inMemory()
  const clock = new SteppedClock()
  const mux = Protomux.from(stream)
  const slowed: ReplicatorError[] = []
  const inbox = new Inbox(mux, clock, (reason) => slowed.push(reason))
  onTestFinished(() => inbox.release())
  const all: Scene = {
    inbox,
    clock,
    stream,
    seen: [],
    slowed,
    work: () => inbox.work.spend(1),
    receive: (channel, ...bytes) => {
      const buffer = b4a.from(bytes)
      inbox.receive(channel, { buffer, start: 0, end: buffer.byteLength })
    }
  }
  inbox.listen((channel, { buffer, start, end }) => {
    all.work(buffer[start]!)
    all.seen.push(`${channel}:${b4a.toString(buffer.subarray(start, end), 'hex')}`)
    return null
  })
  return all
}

test('a message is worked on at once, and those of a batch in their order, channel by channel', async () => {
  const { receive, seen } = await scene()
  receive(7, 1, 2, 3)
  receive(0, 0, 5, 2, 0xaa, 0xab, 1, 0xac, 0, 6, 1, 0xad)
  expect(seen).toEqual(['7:010203', '5:aaab', '5:ac', '6:ad'])
})

test.each([[[0]], [[0xfd, 0, 0]], [[0xfe, 0, 0, 0, 0]], [[0xff, 0, 0, 0, 0, 0, 0, 0, 0]]])(
  'a batch is one however long its type is written: %j',
  async (type) => {
    const all = await scene()
    const { receive, seen, inbox } = all
    all.work = () => inbox.work.spend(SLICE)
    receive(0, ...type, 5, 1, 0xaa, 1, 0xab)
    expect(seen).toEqual(['5:aa'])
    while (!inbox.isEmpty) await turn()
    expect(seen).toEqual(['5:aa', '5:ab'])
  }
)

test('what is more than a slice waits for later turns, in order, and so does what comes meanwhile', async () => {
  const all = await scene()
  const { receive, seen, inbox } = all
  all.work = () => inbox.work.spend(SLICE / 2)
  receive(0, 0, 1, 1, 1, 1, 2, 1, 3, 1, 4, 1, 5)
  expect(seen).toEqual(['1:01', '1:02'])
  receive(1, 6)
  expect(seen).toHaveLength(2)
  while (!inbox.isEmpty) {
    const before = seen.length
    await turn()
    expect(seen.length - before).toBeLessThanOrEqual(2)
  }
  expect(seen).toEqual(['1:01', '1:02', '1:03', '1:04', '1:05', '1:06'])
})

test('the steps of a message are done before any later message, each after its cost', async () => {
  const all = await scene()
  const { receive, seen, inbox } = all
  all.work = (byte) => {
    if (byte !== 1) return
    inbox.inSteps(
      (function* () {
        for (const step of ['a', 'b', 'c']) {
          yield SLICE
          seen.push(step)
        }
      })()
    )
  }
  receive(0, 0, 1, 1, 1, 1, 2)
  expect(seen).toEqual(['1:01']) // the first step costs a slice: it is for the next turn
  while (!inbox.isEmpty) {
    const before = seen.length
    await turn()
    expect(seen.length - before).toBeLessThanOrEqual(2)
  }
  expect(seen).toEqual(['1:01', 'a', 'b', 'c', '1:02'])
})

test('while as many handlers are at work as may be, the rest waits, until half of them have ended', async () => {
  const { receive, seen, inbox } = await scene()
  inbox.atWork = AT_WORK
  receive(1, 1)
  receive(1, 2)
  for (let i = 0; i < 5; i++) await turn()
  expect(seen).toEqual([])
  for (let i = 0; i < AT_WORK / 2 - 1; i++) inbox.done()
  for (let i = 0; i < 5; i++) await turn()
  expect(seen).toEqual([])
  inbox.done()
  while (!inbox.isEmpty) await turn()
  expect(seen).toEqual(['1:01', '1:02'])
})

test('nothing more is worked on once as many handlers are at work as may be', async () => {
  const all = await scene()
  all.work = () => (all.inbox.atWork += AT_WORK)
  all.receive(0, 0, 1, 1, 1, 1, 2)
  for (let i = 0; i < 5; i++) await turn()
  expect(all.seen).toEqual(['1:01'])
})

test('the stream is paused while more than a turn waits, and goes on afterwards', async () => {
  const all = await scene()
  const { receive, inbox, stream, seen } = all
  const calls: string[] = []
  for (const name of ['pause', 'resume'] as const) {
    const reader = stream as unknown as Record<typeof name, () => unknown>
    const upstream = reader[name].bind(stream)
    reader[name] = () => (calls.push(name), upstream())
  }
  inbox.atWork = AT_WORK
  receive(1, ...Array<number>(INBOX_BYTES).fill(9))
  expect([calls[0], calls.includes('resume')]).toEqual(['pause', false])
  for (let i = 0; i < AT_WORK; i++) inbox.done()
  while (!inbox.isEmpty) await turn()
  expect([calls.at(-1), seen.length, inbox.bytes]).toEqual(['resume', 1, 0])
})

test('an indebted stream waits for others, in smaller slices', async () => {
  const [indebted, other] = [await scene(), await scene()]
  indebted.inbox.work.charge(2 * SMALL_DEBT, null)
  const order: string[] = []
  indebted.work = () => {
    order.push('indebted')
    indebted.inbox.work.spend(INDEBTED_SLICE)
  }
  other.work = () => {
    order.push('other')
    other.inbox.work.spend(SLICE / 4)
  }
  indebted.receive(0, 0, 1, 1, 1, 1, 2)
  expect(order).toEqual([])
  other.receive(0, 0, 1, 1, 1, 1, 2)
  expect(order).toEqual(['other', 'other'])
  while (!indebted.inbox.isEmpty) await turn()
  expect(order).toEqual(['other', 'other', 'indebted', 'indebted'])
})

test('a message that is charged is charged by its bytes as well, and one that is not is not', async () => {
  const all = await scene()
  const { inbox, receive } = all
  all.work = () => inbox.work.spend(10)
  receive(1, ...Array<number>(1000).fill(1))
  expect(inbox.work.debt).toBe(0)
  all.work = () => inbox.work.charge(10, null)
  receive(1, ...Array<number>(1000).fill(1))
  expect(inbox.work.debt).toBe(10 + 1000 * UNASKED_BYTE)
  all.work = () => {} // nobody minds it
  receive(1, ...Array<number>(1000).fill(1))
  expect(inbox.work.debt).toBe(10 + MESSAGE + 2000 * UNASKED_BYTE)
})

test('what a stream was given while nobody waited is not held against it', async () => {
  const [busy, other] = [await scene(), await scene()]
  busy.work = () => busy.inbox.work.spend(SLICE)
  for (let i = 0; i < 100; i++) {
    busy.receive(1, 1)
    while (!busy.inbox.isEmpty) await turn()
  }
  other.work = () => other.inbox.work.spend(SLICE)
  other.receive(0, 0, 1, ...Array.from({ length: 20 }, () => [1, 7]).flat())
  busy.seen.length = 0
  busy.receive(0, 0, 1, 1, 1, 1, 2)
  while (busy.seen.length < 2) await turn()
  expect(other.seen.length).toBeLessThan(10) // two turns each, not all of its own
  while (!other.inbox.isEmpty) await turn()
})

test('of many streams at once each is indebted sooner, and the allowance of all comes back as if they were one', async () => {
  const many = await Promise.all(Array.from({ length: 10 }, scene))
  const debt = SMALL_DEBT / 4
  for (const { inbox, receive } of many) {
    inbox.atWork = AT_WORK // so that it waits
    inbox.work.charge(debt, null)
    receive(1, 1)
  }
  expect(many.map(({ inbox }) => turns.isIndebted(inbox))).toEqual(many.map(() => false))
  for (const { inbox } of many) {
    inbox.atWork = 1
    inbox.undecrypted = { isWaiting: true, isSlow: false, step: () => false, settled() {} }
    inbox.wake()
  }
  expect(many.map(({ inbox }) => turns.isIndebted(inbox))).toEqual(many.map(() => true))
  const before = many[0]!.inbox.work.debt
  for (const { clock } of many) clock.ms++
  expect(before - many[0]!.inbox.work.debt).toBeCloseTo(REFILL_PER_MS / many.length, 5)
  for (const { inbox } of many)
    inbox.undecrypted = { isWaiting: false, isSlow: false, step: () => false, settled() {} }
})

test('whoever waits has its turn, whatever others have been credited and keep sending', async () => {
  const [one, other, third] = [await scene(), await scene(), await scene()]
  const busy = [one, other]
  for (const each of busy) each.work = () => each.inbox.work.spend(SLICE)
  for (const { inbox, receive } of busy) {
    inbox.work.credit(1e6)
    receive(0, 0, 1, ...Array.from({ length: 100 }, () => [1, 7]).flat())
  }
  third.work = () => third.inbox.work.spend(SLICE)
  third.receive(0, 0, 1, 1, 1, 1, 2, 1, 3)
  for (let i = 0; third.seen.length < 3; i++) {
    await turn()
    expect(i).toBeLessThan(20)
  }
  expect(busy.map(({ seen }) => seen.length < 15)).toEqual([true, true])
  for (const { inbox } of busy) while (!inbox.isEmpty) await turn()
})

test('frames that wait to be decrypted have their turn once handlers have ended', async () => {
  const { inbox, seen } = await scene()
  inbox.atWork = AT_WORK
  inbox.undecrypted = {
    get isWaiting() {
      return seen.length === 0
    },
    step: () => seen.length === 0 && seen.push('decrypted') > 0,
    isSlow: false,
    settled() {}
  }
  inbox.wake()
  for (let i = 0; i < 3; i++) await turn()
  expect(seen).toEqual([])
  for (let i = 0; i < AT_WORK; i++) inbox.done()
  while (seen.length === 0) await turn()
  expect(seen).toEqual(['decrypted'])
})

test('SLOWED is said once, when an indebted stream has waited for a second in all', async () => {
  const { inbox, clock, receive, slowed } = await scene()
  inbox.atWork = AT_WORK
  inbox.work.charge(2 * 1000 * 100 + SMALL_DEBT, null)
  receive(1, 1)
  clock.ms += SLOWED_MS - 1
  receive(1, 1)
  expect(slowed).toEqual([])
  clock.ms += 1
  receive(1, 1)
  clock.ms += SLOWED_MS / 2
  receive(1, 1)
  expect(slowed.map(({ code }) => code)).toEqual(['SLOWED'])
})

test.each([
  ['a batch in a batch', [0, 0, 0, 2, 0, 0, 1, 1]],
  ['a batch in a batch whose type is written in three bytes', [0, 0, 0, 4, 0xfd, 0, 0, 1, 1]],
  ['a number that its frame cuts off', [0, 0, 1, 0xfd, 1]]
])('%s ends the stream with BAD_FRAME, and nothing waits any more', async (_, [channel, ...bytes]) => {
  const { receive, stream, inbox } = await scene()
  const failed = new Promise<Error>((resolve) => stream.once('error', resolve))
  const gone = closed(stream)
  receive(channel!, ...bytes)
  expect(await failed).toMatchObject({ code: 'BAD_FRAME' })
  await gone
  expect([inbox.isEmpty, inbox.bytes]).toEqual([true, 0])
})

test('what waits of a stream that has closed is forgotten', async () => {
  const { inbox, receive, seen, stream } = await scene()
  inbox.atWork = AT_WORK
  receive(0, 0, 2, 1, 2, 1, 3)
  const gone = closed(stream)
  stream.destroy()
  await gone
  inbox.release()
  expect([seen, inbox.isEmpty]).toEqual([[], true])
})

test('when nobody minds the mux any more, an indebted stream of which something waits is ended', async () => {
  const { inbox, receive, seen, stream } = await scene()
  inbox.work.charge(2 * SMALL_DEBT, null)
  receive(0, 0, 2, 1, 2, 1, 3)
  const failed = new Promise<Error>((resolve) => stream.once('error', resolve))
  inbox.release()
  expect(await failed).toMatchObject({ code: 'TOO_MUCH_WORK' })
  expect(seen).toEqual([])
})

test('when nobody minds the mux any more, what waits is worked on at once', async () => {
  const { inbox, receive, seen } = await scene()
  inbox.atWork = AT_WORK
  receive(1, 1)
  receive(0, 0, 2, 1, 2, 1, 3)
  inbox.release()
  expect(seen).toEqual(['1:01', '2:02', '2:03'])
})
