import { systemClock } from '@manycore/ground'
import type { Protomux } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import {
  PUSHED_BYTES,
  RANGES_PER_FRAME,
  UNREAD_MESSAGES,
  UNREAD_RANGES,
  UNREAD_RANGES_PER_STREAM
} from '../../../src/defaults.js'
import type { CoreChannel } from '../../../src/wire/hypercore-peer.js'
import { REQUEST } from '../../../src/wire/costs.js'
import { Outgoing } from '../../../src/wire/answers/outgoing.js'
import { WaitingAnswers } from '../../../src/wire/answers/waiting-answers.js'
import { MESSAGES, type MessageType } from '../../../src/wire/messages.js'
import { Work } from '../../../src/wire/work.js'

test('news are held while the stream takes no more, and said once, as they are by then', async () => {
  const { say, said, mux, answers, frames } = outgoing()
  say('sync', { length: 1 })
  mux.drained = false
  for (let length = 2; length < 10; length++) {
    say('sync', { length })
    say('range', range(length - 1, 1))
  }
  say('range', range(20, 5))
  say('range', range(3, 1, true))
  say('range', range(20, 1))
  expect(said).toEqual([['sync', { length: 1 }]])

  mux.drained = true
  say('range', range(40, 1)) // what is held comes first
  say('sync', { length: 30 })
  await answers.serve()
  expect(said.slice(1)).toEqual([
    ['sync', { length: 30 }],
    ['range', range(1, 8)],
    ['range', range(20, 5)],
    ['range', range(3, 1, true)],
    ['range', range(20, 1)],
    ['range', range(40, 1)]
  ])
  expect(frames).toEqual({ begun: 1, ended: 1 })
  expect(answers.serve()).toBe(null)
})

test('a range that says it all takes the place of those before', async () => {
  const { say, said, mux, answers } = outgoing()
  mux.drained = false
  for (let i = 0; i < 100; i++) say('range', range(2 * i, 1, i % 3 === 0))
  say('range', range(0, 500))
  mux.drained = true
  await answers.serve()
  expect(said).toEqual([['range', range(0, 500)]])
})

test('so many ranges may be held, and are said in several frames', async () => {
  const { say, said, mux, answers, frames } = outgoing()
  mux.drained = false
  for (let i = 0; i < UNREAD_RANGES; i++) say('range', range(2 * i, 1))
  expect([said.length, mux.reason]).toEqual([0, null])
  mux.drained = true
  await answers.serve()
  expect(said).toHaveLength(UNREAD_RANGES)
  const count = UNREAD_RANGES / RANGES_PER_FRAME
  expect(frames).toEqual({ begun: count, ended: count })
  mux.drained = false
  for (let i = 0; i <= UNREAD_RANGES; i++) say('range', range(2 * i, 1))
  expect(mux.reason).toMatchObject({ code: 'UNREAD_ANSWERS', discoveryKey: new Uint8Array(32) })
})

test('so many ranges of all cores may be held, without those said, or of channels that have closed', async () => {
  const { open, mux, answers, outgoing: guard } = outgoing()
  mux.drained = false
  const cores = UNREAD_RANGES_PER_STREAM / UNREAD_RANGES
  const channels = Array.from({ length: cores + 1 }, open)
  for (const { say } of channels.slice(0, cores)) {
    for (let i = 0; i < UNREAD_RANGES; i++) say('range', range(2 * i, 1))
  }
  expect(mux.reason).toBe(null)
  mux.drained = true
  await answers.serve()
  mux.drained = false
  for (const { say } of channels.slice(0, cores)) {
    for (let i = 0; i < UNREAD_RANGES; i++) say('range', range(2 * i, 1))
  }
  expect(mux.reason).toBe(null)
  guard.release(channels[0]!.channel)
  const last = channels[cores]!
  for (let i = 0; i < UNREAD_RANGES; i++) last.say('range', range(2 * i, 1))
  expect(mux.reason).toBe(null)
  channels[0]!.say('range', range(0, 1))
  expect(mux.reason).toMatchObject({ code: 'UNREAD_ANSWERS' })
})

test.each<MessageType>(['request', 'cancel', 'noData', 'want', 'unwant'])(
  'so many messages of type %s may wait in a stream, and no more',
  (type) => {
    const { say, said, mux } = outgoing()
    mux.drained = false
    for (let i = 0; i < UNREAD_MESSAGES; i++) say(type, {})
    expect([said.length, mux.reason]).toEqual([UNREAD_MESSAGES, null])
    say(type, {})
    expect(mux.reason).toMatchObject({ code: 'UNREAD_ANSWERS' })
  }
)

test('a request that is answered with noData is charged, for what was looked for in vain', () => {
  const { say, work } = outgoing()
  say('data', { request: 1, block: null })
  expect(work.debt).toBe(0)
  say('noData', { request: 2 })
  expect(work.debt).toBe(REQUEST)
})

test('what the remote has taken, although the stream was never drained, does not count', () => {
  const { say, said, mux } = outgoing()
  mux.drained = false
  for (let i = 0; i < 10 * UNREAD_MESSAGES; i++) {
    say('request', {})
    if (i < 1000) continue // so many always wait
    mux.stream._writableState.buffered -= 20
    mux.stream.rawBytesWritten += 20
  }
  expect([said.length, mux.reason]).toEqual([10 * UNREAD_MESSAGES, null])
})

test('answers to requests do not count, and pushes by their size', () => {
  const { say, mux } = outgoing()
  const block = { value: new Uint8Array(100 * PUSHED_BYTES) }
  mux.drained = false
  for (let i = 0; i < UNREAD_MESSAGES; i++) say('data', { request: 1, block })
  for (let i = 0; i < UNREAD_MESSAGES / 100 - 1; i++) say('data', { request: 0, block })
  expect(mux.reason).toBe(null)
  say('data', { request: 0, block })
  expect(mux.reason).toMatchObject({ code: 'UNREAD_ANSWERS' })
})

interface Mux {
  drained: boolean
  reason: Error | null
  stream: { rawBytesWritten: number; _writableState: { buffered: number } }
  destroy(err: Error): void
  cork(): void
  uncork(): void
}

function range(start: number, length: number, drop = false): object {
  return { drop, start, length }
}

type Say = (type: MessageType, message: unknown) => boolean

function outgoing(): {
  say: Say
  /** another core's */
  open: () => { channel: CoreChannel; say: Say }
  outgoing: Outgoing
  said: [MessageType, unknown][]
  mux: Mux
  answers: WaitingAnswers
  work: Work
  /** in which news were said */
  frames: { begun: number; ended: number }
} {
  const said: [MessageType, unknown][] = []
  const mux: Mux = {
    drained: true,
    reason: null,
    stream: { rawBytesWritten: 0, _writableState: { buffered: 20_000 } },
    destroy(err) {
      mux.reason = err
    },
    cork() {},
    uncork() {}
  }
  const frames = { begun: 0, ended: 0 }
  const cork = { cork: () => frames.begun++, uncork: () => frames.ended++ }
  const answers = new WaitingAnswers(mux as unknown as Protomux)
  const work = new Work({ ...systemClock, now: () => 0 }, () => 0)
  const guard = new Outgoing({ mux: mux as unknown as Protomux, work }, answers)
  const open = (): { channel: CoreChannel; say: Say } => {
    const messages = MESSAGES.map((type) => ({
      send(message: unknown) {
        mux.stream._writableState.buffered += 20
        return said.push([type, message]) > 0
      }
    }))
    const channel = { id: new Uint8Array(32), closed: false, messages, ...cork } as unknown as CoreChannel
    guard.guard(channel)
    const say: Say = (type, message) => channel.messages[MESSAGES.indexOf(type)]!.send(message)
    return { channel, say }
  }
  return { ...open(), open, outgoing: guard, said, mux, answers, work, frames }
}
