import { randomNumbers } from '@manycore/kv/faults'
import { MemoryEngine } from '@manycore/kv'
import type { Op } from '@manycore/kv'
import { expect, test } from 'vitest'
import { Index, Reconciler } from '../../src/index.js'
import type { OrderedStore, ReconcilerOptions } from '../../src/index.js'
import { reconcile } from '../kit/exchanges.js'
import { END, decodeFrame } from '../kit/from-spec.js'
import { bytes, change, expected, hex, indexOf, itemsOf, numbered, shown } from '../kit/sets.js'

const SEED = 3

test('an exchange that breaks off anywhere is gone on with at the position of either side, and nothing is lost', async () => {
  const random = randomNumbers(SEED)
  const [ours, theirs] = [numbered(0, 3000), numbered(0, 3000)]
  for (const id of [...ours.keys()].filter(() => random(5) === 0)) theirs.set(id, '01'.repeat(8))
  const [here, there] = [await indexOf(ours), await indexOf(theirs)]
  const { frames } = await reconcile(here, there, [{ frameBytes: 4096 }, { frameBytes: 4096 }])
  expect(frames.length).toBeGreaterThan(12)
  let moved = 0
  for (let broken = 1; broken < frames.length; broken++) {
    const sides = [
      new Reconciler(here, { frameBytes: 4096 }),
      new Reconciler(there, { frameBytes: 4096 })
    ] as const
    const found: [string[], string[]] = [[], []]
    let frame: Uint8Array | null = await sides[0].initiate()
    for (let round = 1; round <= broken && frame; round++) {
      const turn = (round % 2) as 0 | 1
      const received = await sides[turn].receive(frame)
      found[turn].push(...shown(received.differences))
      frame = received.reply
    }
    for (const { position } of sides) {
      if (position === null) continue // this side has heard all
      if (position.some((byte) => byte > 0)) moved++
      const rest = await reconcile(here, there, [{ from: position }])
      const [all, others] = [expected(ours, theirs), expected(theirs, ours)]
      const isBefore = (line: string) => line < hex(position)
      expect(shown(rest.found[0])).toEqual(all.filter((line) => !isBefore(line)))
      expect(found[0].filter(isBefore).toSorted(), `broken at ${broken}`).toEqual(all.filter(isBefore))
      expect(found[1].filter(isBefore).toSorted(), `broken at ${broken}`).toEqual(others.filter(isBefore))
    }
  }
  expect(moved).toBeGreaterThan(10)
})

test('the options and the index are checked', () => {
  const index = new Index()
  const cases: [string, unknown][] = [
    ['frameBytes', { frameBytes: 4095 }],
    ['maxFrameBytes', { maxFrameBytes: 1 }],
    ['maxRounds', { maxRounds: 0 }],
    ['maxRounds', { maxRounds: 1.5 }],
    ['from', { from: new Uint8Array(15) }],
    ['from', { from: 'x' }],
    ['frameByte', { frameByte: 1 }]
  ]
  for (const [field, options] of cases)
    expect(() => new Reconciler(index, options as ReconcilerOptions)).toThrow(
      expect.objectContaining({ code: 'BAD_ARGUMENT', field })
    )
  expect(() => new Reconciler({} as never)).toThrow(
    expect.objectContaining({ code: 'BAD_ARGUMENT', field: 'index' })
  )
})

test('a side that has begun does not begin again, and one that is done takes nothing more', async () => {
  const index = await indexOf(numbered(0, 10))
  const [here, there] = [new Reconciler(index), new Reconciler(index)]
  const frame = await here.initiate()
  await expect(here.initiate()).rejects.toMatchObject({ code: 'EXCHANGE_STATE' })
  const { reply, isDone } = await there.receive(frame)
  expect([hex(reply!), isDone]).toEqual(['0100', true])
  await expect(there.receive(frame)).rejects.toMatchObject({ code: 'EXCHANGE_STATE' })
  await expect(there.initiate()).rejects.toMatchObject({ code: 'EXCHANGE_STATE' })
  expect(await here.receive(reply!)).toEqual({ reply: null, differences: [], isDone: true })
  expect([here.position, here.rounds]).toEqual([null, 1])
})

test('another secret is noticed at the first frame', async () => {
  const [plain, keyed] = [
    await indexOf(numbered(0, 9)),
    await indexOf(numbered(0, 9), { secret: new Uint8Array(32) })
  ]
  const frame = await new Reconciler(plain).initiate()
  await expect(new Reconciler(keyed).receive(frame)).rejects.toMatchObject({ code: 'EXCHANGE_MISMATCH' })
  const [a, b] = [await plain.fingerprint(), await keyed.fingerprint()]
  expect(a.count).toBe(b.count)
  expect(a.fingerprint).not.toEqual(b.fingerprint)
})

test('what the issue asks for: ten changes of 10,000 take at most 10 KB, and none 32 bytes', async () => {
  const set = numbered(0, 10_000)
  const [here, there] = [await indexOf(set), await indexOf(set)]
  const none = await reconcile(here, there)
  expect([none.frames.length, none.bytes]).toEqual([2, 27])
  const changed = new Map([...set].map(([id, version], i) => [id, i % 1000 === 7 ? '05'.repeat(8) : version]))
  await change(there, set, changed)
  const ten = await reconcile(here, there)
  expect(shown(ten.found[0])).toEqual(expected(set, changed))
  expect(ten.frames.length).toBeLessThanOrEqual(6)
  expect(ten.bytes).toBeLessThanOrEqual(10_000)
})

test('an index that changes while a range is split: all parts are of one moment, that after the change', async () => {
  const engine = new MemoryEngine()
  await engine.open()
  await new Index({ engine }).rebuild(itemsOf(numbered(0, 20_000)), { stamp: new Uint8Array(0) })
  let reads = 0
  const early = new Uint8Array(16).fill(1, 2)
  const changing: OrderedStore = {
    getMany: (keys) => {
      if (++reads === 60) void index.set(early, new Uint8Array(8))
      return engine.getMany(keys)
    },
    batch: (ops) => engine.batch(ops as Op[]),
    iterator: (range) => engine.iterator(range)
  }
  const index = new Index({ engine: changing })
  const other = await indexOf(numbered(0, 100))
  const { reply } = await new Reconciler(index).receive(await new Reconciler(other).initiate())
  expect(reads).toBeGreaterThan(80)
  expect(await index.get(early)).not.toBe(null)
  const { ranges } = decodeFrame(hex(reply!), { idBytes: 16, versionBytes: 8, secret: null })
  expect(ranges.length).toBeGreaterThan(50)
  for (const { from, to, fingerprint } of ranges) {
    const range = { gte: bytes(from), ...(to === END ? {} : { lt: bytes(to) }) }
    expect(hex((await index.fingerprint(range)).fingerprint)).toBe(fingerprint)
  }
})
