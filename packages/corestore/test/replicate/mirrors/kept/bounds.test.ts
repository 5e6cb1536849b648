import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { MemoryEngine } from '@manycore/kv'
import { beforeEach, expect, test } from 'vitest'
import {
  KEPT_BYTES,
  KEPT_CORE_BYTES,
  KEPT_INDEXES,
  KEPT_ONCE,
  KNOWN_PEERS
} from '../../../../../replicator/src/mirror/defaults.js'
import { KeptIndexes, nameOf } from '../../../../../replicator/src/mirror/indexes/kept-indexes.js'

const PREFIX = b4a.from('kept')

let engine: MemoryEngine
let used: Set<string>
beforeEach(async () => {
  engine = new MemoryEngine()
  await engine.open()
  used = new Set()
})

const isUsed = (name: string): boolean => used.has(name)

function secretOf(peer: number): Uint8Array {
  return crypto.hash(b4a.from(String(peer)))
}

/** A meeting with a peer, after which its index has so many cores. @param isLasting  whether it goes on */
async function meet(kept: KeptIndexes, peer: number, cores = 10, isLasting = false): Promise<void> {
  const secret = secretOf(peer)
  used.add(nameOf(secret))
  await kept.meet(secret, isUsed)
  const key = (rest: number[]): Uint8Array => b4a.concat([kept.prefixOf(secret), b4a.from(rest)])
  await engine.batch(
    [[0], [0, 1, 0], [1, 255], [2]].map((rest) => ({ type: 'put', key: key(rest), value: b4a.alloc(1) }))
  )
  await kept.resized(secret, cores, isUsed)
  if (isLasting) return
  used.delete(nameOf(secret))
  await kept.resized(secret, cores, isUsed)
}

async function rows(gte: Uint8Array, lt: Uint8Array): Promise<number> {
  const iterator = engine.iterator({ gte, lt })
  const entries = await iterator.next(100_000)
  await iterator.close()
  return entries.length
}

/** Which of these peers have an index, all of it. */
async function stored(kept: KeptIndexes, peers: readonly number[]): Promise<number[]> {
  const all: number[] = []
  for (const peer of peers) {
    const start = kept.prefixOf(secretOf(peer))
    const found = await rows(start, b4a.concat([start, b4a.alloc(4, 255)]))
    expect([0, 4]).toContain(found)
    if (found === 4) all.push(peer)
  }
  return all
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i)
}

function open(): KeptIndexes {
  return new KeptIndexes(engine, PREFIX)
}

test.each([false, true])(
  `of more than ${KEPT_INDEXES} indexes that one is dropped whose peer was not met for longest (store reopened: %s)`,
  async (reopened) => {
    let kept = open()
    for (const peer of range(0, KEPT_INDEXES)) {
      await meet(kept, peer)
      await meet(kept, peer)
    }
    expect(await stored(kept, range(0, KEPT_INDEXES))).toHaveLength(KEPT_INDEXES)
    await meet(kept, 0) // now 1 is the oldest
    if (reopened) kept = open()
    await meet(kept, KEPT_INDEXES)
    const all = range(0, KEPT_INDEXES + 1)
    expect(await stored(kept, all)).toEqual(all.filter((peer) => peer !== 1))
    await meet(kept, 1) // it is known, and 2 goes
    expect(await stored(kept, all)).toEqual(all.filter((peer) => peer !== KEPT_INDEXES))
    await meet(kept, KEPT_INDEXES)
    expect(await stored(kept, all)).toEqual(all.filter((peer) => peer !== 2))
  }
)

test(`of peers that were met once ${KEPT_ONCE} indexes are kept, and none of another goes for them`, async () => {
  const kept = open()
  await meet(kept, 0)
  await meet(kept, 0)
  for (const peer of range(1, 300)) await meet(kept, peer)
  expect(await stored(kept, range(0, 300))).toEqual([0, ...range(300 - KEPT_ONCE, 300)])
  await meet(kept, 5) // for the second time: it was not forgotten
  for (const peer of range(300, 320)) await meet(kept, peer)
  expect(await stored(kept, range(0, 320))).toEqual([0, 5, ...range(320 - KEPT_ONCE, 320)])
})

test('those that are used stay, however many', async () => {
  const kept = open()
  for (const peer of range(0, 200)) await meet(kept, peer, 10, true)
  expect(await stored(kept, range(0, 200))).toHaveLength(200)
  used.clear()
  await kept.resized(secretOf(199), 10, isUsed)
  expect(await stored(kept, range(0, 200))).toEqual(range(200 - KEPT_ONCE, 200))
})

test('their bytes are bounded, but that of the peer that was met last stays', async () => {
  const half = Math.floor(KEPT_BYTES / KEPT_CORE_BYTES / 2)
  const kept = open()
  for (const peer of [0, 0, 1, 1]) await meet(kept, peer, half)
  expect(await stored(kept, [0, 1])).toEqual([0, 1])
  await meet(kept, 2, 2000)
  expect(await stored(kept, [0, 1, 2])).toEqual([0, 1]) // it was met once
  await meet(kept, 2, 2000)
  expect(await stored(kept, [0, 1, 2])).toEqual([1, 2])
  await meet(kept, 2, 4 * half)
  expect(await stored(kept, [0, 1, 2])).toEqual([2])
})

test(`${KNOWN_PEERS} peers are known at most`, async () => {
  const kept = open()
  for (const peer of range(0, KNOWN_PEERS + 100)) await meet(kept, peer)
  const table = b4a.concat([PREFIX, b4a.from([0])])
  expect(await rows(table, b4a.concat([PREFIX, b4a.from([1])]))).toBe(KNOWN_PEERS)
})

test('notes that are damaged do no harm', async () => {
  let kept = open()
  for (const peer of [0, 0, 1, 1]) await meet(kept, peer)
  const iterator = engine.iterator({ gte: PREFIX, lt: b4a.concat([PREFIX, b4a.from([1])]) })
  const notes = await iterator.next(10)
  await iterator.close()
  expect(notes).toHaveLength(2)
  await engine.batch([
    { type: 'put', key: notes[0]!.key, value: b4a.from([1]) },
    { type: 'put', key: notes[1]!.key, value: b4a.alloc(notes[1]!.value.byteLength, 255) }
  ])
  kept = open()
  for (const peer of range(2, 200)) {
    await meet(kept, peer)
    await meet(kept, peer)
    expect((await stored(kept, range(2, peer + 1))).at(-1)).toBe(peer)
  }
  expect(await stored(kept, range(0, 200))).toEqual(range(200 - KEPT_INDEXES, 200))
})

test('what could not be read or dropped is read and dropped later', async () => {
  const kept = open()
  const { iterator, batch } = engine
  engine.iterator = () => {
    throw new Error('cannot read')
  }
  await expect(kept.meet(secretOf(0), isUsed)).rejects.toThrow('cannot read')
  engine.iterator = iterator
  for (const peer of range(0, KEPT_ONCE)) await meet(kept, peer)
  engine.batch = async () => {
    throw new Error('cannot write')
  }
  await expect(kept.meet(secretOf(KEPT_ONCE), isUsed)).rejects.toThrow('cannot write')
  engine.batch = batch
  await meet(kept, KEPT_ONCE)
  expect(await stored(kept, range(0, KEPT_ONCE + 1))).toEqual(range(1, KEPT_ONCE + 1))
})

test('an index that was dropped is not counted when it is said how large it has become', async () => {
  const kept = new KeptIndexes(engine, PREFIX)
  const others = Array.from({ length: KEPT_ONCE }, (_, i) => i)
  for (const peer of others) await meet(kept, peer, 10, true)
  await meet(kept, KEPT_ONCE)
  used.clear()
  await kept.resized(secretOf(KEPT_ONCE), 10, isUsed)
  expect(await stored(kept, [...others, KEPT_ONCE])).toEqual(others)
})
