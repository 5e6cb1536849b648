import { expect, test } from 'vitest'
import type { ReplicatorError } from '../../../src/index.js'
import { type Holder, WaitingBytes } from '../../../src/wire/frames/waiting-bytes.js'
import { ManualClock } from '../../kit/manual-clock.js'

const MB = 2 ** 20

test('what waits is counted per stream and in all, and given back with the stream', () => {
  const { add, budget, gone } = streams(80 * MB)
  const [one, other] = [add('one', { waiting: 44 * MB, speed: 1 }), add('other', { waiting: 36 * MB })]
  expect(gone).toEqual([])
  one.bytes = 45 * MB
  budget.forget(other)
  budget.note(one)
  const third = add('third', { waiting: 35 * MB })
  expect(gone).toEqual([])
  third.bytes = 36 * MB
  budget.note(third)
  expect(gone).toEqual(['third: TOO_MANY_BYTES'])
})

test('a stream that no longer holds what it held is counted as it is now before anybody is closed', () => {
  const { add, gone } = streams(80 * MB)
  const one = add('one', { waiting: 44 * MB })
  one.bytes = 0
  add('other', { waiting: 44 * MB })
  expect(gone).toEqual([])
})

test('those with the least progress for what they hold are closed, until the rest fits', () => {
  const { add, gone } = streams(100 * MB)
  add('fast', { waiting: 40 * MB, speed: 100 })
  add('slow', { waiting: 20 * MB, speed: 1 })
  add('slower', { waiting: 30 * MB, speed: 1 })
  add('last', { waiting: 40 * MB, speed: 50 })
  expect(gone).toEqual(['slower: TOO_MANY_BYTES'])
})

test('what we have asked for does not count, and of two the one that we have asked nothing of is closed', () => {
  const { add, gone } = streams(50 * MB)
  add('asked', { waiting: 200 * MB, awaited: 190 * MB })
  expect(gone).toEqual([])
  add('attacker', { waiting: 45 * MB, speed: 1000 })
  expect(gone).toEqual(['attacker: TOO_MANY_BYTES'])
})

test('a single stream has at most 48 MB wait that nobody has asked for', () => {
  const { add, budget, gone } = streams(Infinity)
  const one = add('one', { waiting: 48 * MB })
  const asked = add('asked', { waiting: 64 * MB, awaited: 16 * MB })
  expect(gone).toEqual([])
  asked.bytes++
  one.bytes++
  budget.note(one)
  budget.note(asked)
  expect(gone).toEqual(['one: TOO_MANY_BYTES', 'asked: TOO_MANY_BYTES'])
  budget.note(one) // it comes to its end, and is counted no more
  expect(gone).toHaveLength(2)
})

type Stream = Holder & { bytes: number }

function streams(limit: number): {
  budget: WaitingBytes
  add: (name: string, state: { waiting: number; awaited?: number; speed?: number }) => Stream
  gone: string[]
} {
  const budget = new WaitingBytes(limit, new ManualClock())
  const gone: string[] = []
  const add = (name: string, state: { waiting: number; awaited?: number; speed?: number }): Stream => {
    const stream: Stream = {
      bytes: state.waiting,
      waiting: () => stream.bytes,
      awaited: () => state.awaited ?? 0,
      speed: () => state.speed ?? 0,
      close: ({ code }: ReplicatorError) => gone.push(`${name}: ${code}`)
    }
    budget.add(stream)
    budget.note(stream)
    return stream
  }
  return { budget, add, gone }
}
