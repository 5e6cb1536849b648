import b4a from 'b4a'
import { expect, test } from 'vitest'
import type { Hypercore } from '@manycore/hypercore-types'
import { askedOf, countHere, countToCome } from '../../../src/wire/sync/asked.js'
import { holdAnswers } from '../../kit/hold-answers.js'
import { turns, until } from '../../kit/policed.js'
import { side } from '../../kit/side.js'
import { inMemory } from '../../kit/wires.js'

const LENGTH = 40_000 // more than a page of a bitfield

/** A core of which one peer has every `step`-th block, none of the others, and all of the last ten. */
async function sparse(step: number): Promise<{ copy: Hypercore; theirs: Hypercore }> {
  const [source, near, far] = [side(), side(), side()]
  const ours = await source.source.get({ blocks: Array.from({ length: LENGTH }, () => 'x') })
  const theirs = await near.source.get({ key: ours.key! })
  const [one, other] = await inMemory()
  source.replicator.replicate(one)
  near.replicator.replicate(other)
  const blocks = Array.from({ length: LENGTH }, (_, i) => i).filter((i) => i % step === 3 || i >= LENGTH - 10)
  await theirs.download({ blocks }).done()
  const copy = await far.source.get({ key: ours.key! })
  const [third, fourth] = await inMemory()
  near.replicator.replicate(third)
  far.replicator.replicate(fourth)
  await far.replicator.synced()
  holdAnswers(theirs)
  return { copy, theirs }
}

test('blocks that a sparse peer has are counted as they are', async () => {
  const { copy, theirs } = await sparse(1000)
  const asked = [
    { start: 0, end: 5 },
    { start: 990, end: 2004 },
    { start: 32_000, end: 33_003 },
    { start: 32_768, end: LENGTH }
  ]
  for (const { start, end } of asked) copy.download({ start, end })
  for (const index of [1, 2003, 7003]) copy.get(index).catch(() => {})
  await turns()
  const intervals = askedOf(copy.core!, LENGTH)
  expect(intervals).toEqual([
    { start: 0, end: 5 },
    { start: 990, end: 2004 },
    { start: 7003, end: 7004 },
    { start: 32_000, end: LENGTH }
  ])
  const peer = copy.peers[0]!
  const has = await Promise.all(Array.from({ length: LENGTH }, (_, i) => theirs.has(i)))
  const expected = intervals.flatMap(({ start, end }) => has.slice(start, end)).filter(Boolean).length
  await until(() => countToCome(copy.core!, peer, intervals) === expected) // it is told of page by page
  expect(expected).toBe(1 + 2 + 1 + 8 + 10)
  expect(countHere(theirs.core!, LENGTH)).toBe(has.filter(Boolean).length)
  expect(countHere(theirs.core!, 4, 3)).toBe(1)
  expect(countHere(theirs.core!, 3)).toBe(0)
  expect(countHere(copy.core!, LENGTH)).toBe(0)
})

test('a list of blocks counts as far as it is not here yet, and what is beyond the core not at all', async () => {
  const near = side()
  const core = await near.source.get({ key: b4a.alloc(32, 1) })
  core.download({ start: 0, end: -1 })
  core.download({ blocks: [2, 9, 4] })
  expect(askedOf(core.core!, 5)).toEqual([{ start: 0, end: 5 }])
  const other = await near.source.get({ key: b4a.alloc(32, 2) })
  other.download({ blocks: [2, 9, 4, 3] })
  expect(askedOf(other.core!, 5)).toEqual([{ start: 2, end: 5 }])
  expect(askedOf(other.core!, 0)).toEqual([])
})
