import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AT_WORK, INBOX_BYTES, SLOWED_MS } from '../../src/defaults.js'
import { MESSAGE, SLICE, SMALL_DEBT, UNASKED_BYTE } from '../../src/wire/costs.js'
import { closed } from '../hostile/kit/stage.js'
import { scene } from '../kit/inbox-scene.js'

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

test('a message that is charged is charged by its bytes as well, and one that is not is not', async () => {
  const all = await scene()
  const { inbox, receive } = all
  all.work = () => inbox.work.spend(10)
  receive(1, ...Array<number>(1000).fill(1))
  expect(inbox.work.debt).toBe(0)
  all.work = () => inbox.work.chargeMessage(10, null)
  receive(1, ...Array<number>(1000).fill(1))
  expect(inbox.work.debt).toBe(10 + 1000 * UNASKED_BYTE)
  all.work = () => {} // nobody minds it
  receive(1, ...Array<number>(1000).fill(1))
  expect(inbox.work.debt).toBe(10 + MESSAGE + 2000 * UNASKED_BYTE)
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
