import type { Protomux } from '@manycore/hypercore-types'
import { expect, test } from 'vitest'
import { WANTS_PER_CHANNEL, WANTS_PER_STREAM } from '../../../src/defaults.js'
import { WANTED_BYTE } from '../../../src/wire/costs.js'
import type { CoreChannel } from '../../../src/wire/hypercore-peer.js'
import { WaitingAnswers } from '../../../src/wire/answers/waiting-answers.js'
import { Wants } from '../../../src/wire/answers/wants.js'
import { Work } from '../../../src/wire/work.js'
import { ManualClock } from '../../kit/manual-clock.js'

/** Blocks of the largest want that Hypercore answers, with 256 KB of bitfield. */
const REGION = 2 ** 21

test('wants are answered at once while the stream takes more, and otherwise in their order once it does', async () => {
  const { channel, want, answered, mux, answers } = scene()
  const [one, other] = [channel(), channel()]
  want(one, 0)
  expect(answered).toEqual([0])
  mux.drained = false
  for (const start of [32, 64, 32]) want(one, start)
  want(other, 96)
  expect(answered).toEqual([0])
  mux.drained = true
  want(one, 128) // behind those that wait
  want(other, 160)
  expect(answered).toEqual([0])
  await answers.serve()
  expect(answered.toSorted((a, b) => a - b)).toEqual([0, 32, 64, 96, 128, 160])
  expect(answered.filter((start) => ![96, 160].includes(start))).toEqual([0, 32, 64, 128])
  want(one, 32) // it has been answered, and may be wanted again
  expect(answered.at(-1)).toBe(32)
})

test('what is gathered for one frame fills the stream as well', () => {
  const { channel, want, answered, mux } = scene()
  mux._batchState = { end: 2 ** 16 }
  want(channel(), 0)
  expect(answered).toEqual([])
})

test('a want that is taken back is not answered, and no other one goes with it', async () => {
  const { channel, want, wants, answered, mux, answers } = scene()
  const one = channel()
  mux.drained = false
  for (const start of [0, 32, 64]) want(one, start)
  wants.unwant({ start: 32, length: REGION, any: false }, one)
  wants.unwant({ start: 64, length: REGION, any: true }, one)
  mux.drained = true
  await answers.serve()
  expect(answered).toEqual([0, 64])
})

test('a remote may have the bitfield of a core once, and is charged for what it wants of it again', () => {
  const { channel, want, work } = scene()
  const [one, other] = [channel(2 * REGION), channel(2 * REGION)]
  for (const start of [0, REGION]) for (const each of [one, other]) want(each, start)
  want(one, 0, true)
  expect([work.debt, work.spent]).toEqual([0, (4 * REGION * WANTED_BYTE) / 8])
  want(one, 0)
  expect(work.debt).toBe((REGION * WANTED_BYTE) / 8)
  want(one, 2 * REGION) // beyond the core
  expect(work.debt).toBe((REGION * WANTED_BYTE) / 8)
})

test('so many wants of a channel may wait, each once, and no more', () => {
  const { channel, want, wants, mux } = scene()
  const one = channel()
  mux.drained = false
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < WANTS_PER_CHANNEL; i++) want(one, 32 * i)
  }
  wants.unwant({ start: 0, length: REGION, any: false }, one)
  want(one, 32 * WANTS_PER_CHANNEL)
  expect(() => want(one, 0)).toThrow(expect.objectContaining({ code: 'TOO_MANY_WANTS' }))
})

test('so many wants of a stream may wait, without those that were answered, taken back, or are of closed channels', async () => {
  const { channel, want, wants, mux, answers } = scene()
  const fill = (count = WANTS_PER_CHANNEL): CoreChannel => {
    const full = channel()
    for (let i = 0; i < count; i++) want(full, 32 * i)
    return full
  }
  mux.drained = false
  const channels = Array.from({ length: WANTS_PER_STREAM / WANTS_PER_CHANNEL }, () => fill())
  Object.assign(channels[0]!, { closed: true })
  fill()
  for (let i = 0; i < WANTS_PER_CHANNEL; i++) {
    wants.unwant({ start: 32 * i, length: REGION, any: false }, channels[1]!)
  }
  fill()
  expect(() => fill(1)).toThrow(expect.objectContaining({ code: 'TOO_MANY_WANTS' }))
  mux.drained = true
  for (let round = 0; round < WANTS_PER_CHANNEL; round++) await answers.serve()
  mux.drained = false
  for (let i = 0; i < WANTS_PER_STREAM / WANTS_PER_CHANNEL - 1; i++) fill()
})

interface Scene {
  /** @param length  blocks of its core */
  channel: (length?: number) => CoreChannel
  want: (channel: CoreChannel, start: number, any?: boolean) => void
  wants: Wants
  /** where the wants start that Hypercore has got */
  answered: number[]
  mux: { drained: boolean; _batchState: { end: number } | null; cork(): void; uncork(): void }
  answers: WaitingAnswers
  work: Work
}

function scene(): Scene {
  const mux: Scene['mux'] = { drained: true, _batchState: null, cork() {}, uncork() {} }
  const answers = new WaitingAnswers(mux as unknown as Protomux)
  const work = new Work(new ManualClock(), () => 0)
  const wants = new Wants(answers, work)
  const answered: number[] = []
  return {
    channel: (length = 1) =>
      ({
        id: new Uint8Array(32),
        closed: false,
        userData: { core: { state: { length } } }
      }) as unknown as CoreChannel,
    want: (channel, start, any = false) =>
      void wants.want({ start, length: REGION, any }, channel, (message) => answered.push(message.start)),
    wants,
    answered,
    mux,
    answers,
    work
  }
}
