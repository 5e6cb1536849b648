import { MemoryEngine } from '@manycore/kv'
import type { Op } from '@manycore/kv'
import { expect, test } from 'vitest'
import { Index, Reconciler } from '../../src/index.js'
import type { OrderedStore } from '../../src/index.js'
import { END, checkOf, decodeFrame, encodeFrame } from '../kit/from-spec.js'
import type { SpecRange } from '../kit/from-spec.js'
import { bytes, hex, indexOf, itemsOf, numbered } from '../kit/sets.js'

const SETTINGS = { idBytes: 16, versionBytes: 8, secret: null }
const HELLO = { idBytes: 16, versionBytes: 8, check: checkOf(SETTINGS) }
const SIZE = 20_000
const index = await indexOf(numbered(0, SIZE))

const bound = (i: number, of: number): string =>
  i === of
    ? END
    : Math.floor((i / of) * 2 ** 32)
        .toString(16)
        .padStart(8, '0')
        .padEnd(32, '0')

const frameOf = (ranges: SpecRange[], isFirst = true): Uint8Array =>
  bytes(encodeFrame({ more: false, hello: isFirst ? HELLO : null, ranges }))

/** The whole space in so many ranges that differ from whatever we have. */
function parts(count: number, mode: 'fingerprint' | 'items'): SpecRange[] {
  const payload = mode === 'fingerprint' ? { fingerprint: 'ab'.repeat(16) } : { items: [] }
  return Array.from({ length: count }, (_, i) => ({
    mode,
    from: bound(i, count),
    to: bound(i + 1, count),
    ...payload
  }))
}

test('more than 4096 ranges are refused; of as many, what does not fit into a reply waits, and the reply has its size', async () => {
  await expect(new Reconciler(index).receive(frameOf(parts(4097, 'fingerprint')))).rejects.toMatchObject({
    code: 'WORK_REFUSED'
  })
  for (const mode of ['fingerprint', 'items'] as const) {
    const { reply, isDone } = await new Reconciler(index).receive(frameOf(parts(4096, mode)))
    expect(reply!.byteLength).toBeLessThanOrEqual(65_536)
    expect(decodeFrame(hex(reply!), SETTINGS).ranges.length).toBeLessThanOrEqual(2 * 4096)
    expect([decodeFrame(hex(reply!), SETTINGS).more, isDone]).toEqual([true, false])
  }
})

test('an empty list costs a reply of one frame, however large our set is', async () => {
  const side = new Reconciler(index)
  const { reply, differences } = await side.receive(frameOf(parts(1, 'items')))
  expect(reply!.byteLength).toBeLessThanOrEqual(65_536)
  expect(differences.length).toBeLessThan(65_536 / 24)
})

test('a frame reads at most as many nodes as its ranges and the reply justify', async () => {
  const engine = new MemoryEngine()
  await engine.open()
  await new Index({ engine }).rebuild(itemsOf(numbered(0, SIZE)), { stamp: new Uint8Array(0) })
  let reads = 0
  const counting: OrderedStore = {
    getMany: (keys) => (reads++, engine.getMany(keys)),
    batch: (ops) => engine.batch(ops as Op[]),
    iterator: (range) => engine.iterator(range)
  }
  const cold = new Index({ engine: counting, cacheBytes: 1 })
  for (const [count, most] of [
    [1, 500],
    [100, 100 * 100],
    [4096, 4096 * 20]
  ] as const) {
    reads = 0
    await new Reconciler(cold).receive(frameOf(parts(count, 'fingerprint')))
    expect(reads).toBeGreaterThan(count / 10)
    expect(reads).toBeLessThan(most)
  }
})

test('ranges that overlap those that wait for our answer end the exchange', async () => {
  const side = new Reconciler(index, { frameBytes: 4096 })
  await side.receive(frameOf(parts(200, 'fingerprint')))
  const position = side.position
  await expect(side.receive(frameOf(parts(2, 'fingerprint'), false))).rejects.toMatchObject({
    code: 'FRAME_INVALID'
  })
  expect(side.position).toEqual(position)
})

test('a side that keeps asking, and leaves gaps so that nothing can be put together, is refused before it costs much', async () => {
  const side = new Reconciler(index, { frameBytes: 4096 })
  let frames = 0
  const ask = async () => {
    for (; frames < 100; frames++) {
      // Each frame asks about every other range of a part of its own, from the last part to the first.
      const of = 2 * 4096 * 100
      const start = (100 - frames - 1) * 2 * 4096
      const ranges = Array.from({ length: 2 * 4096 }, (_, i): SpecRange => {
        const [from, to] = [bound(i === 0 ? 0 : start + i, of), bound(start + i + 1, of)]
        return i % 2 === 0
          ? { mode: 'skip', from, to }
          : { mode: 'fingerprint', from, to, fingerprint: 'ab'.repeat(16) }
      })
      await side.receive(frameOf(ranges, frames === 0))
    }
  }
  await expect(ask()).rejects.toMatchObject({ code: 'WORK_REFUSED' })
  expect(frames).toBeGreaterThan(2)
  expect(frames).toBeLessThan(12)
})

test('of lists that wait at most 1 MiB is kept: what is behind it is asked for again', async () => {
  const side = new Reconciler(await indexOf(numbered(0, 0)), { frameBytes: 4096 })
  const [frames, items] = [8, 10_000] // 240 KB each
  const replies: Uint8Array[] = []
  for (let i = 0; i < frames; i++) {
    const [from, to] = [bound(i, frames), bound(i + 1, frames)]
    const list = Array.from(
      { length: items },
      (_, j) => bound(i * items + j, frames * items) + '00'.repeat(8)
    )
    const range: SpecRange = { mode: 'items', from, to, items: list }
    const skip: SpecRange[] = i === 0 ? [] : [{ mode: 'skip', from: bound(0, frames), to: from }]
    replies.push((await side.receive(frameOf([...skip, range], i === 0))).reply!)
  }
  while (decodeFrame(hex(replies.at(-1)!), SETTINGS).more)
    replies.push((await side.receive(bytes('0100'))).reply!)
  const said = replies.flatMap((reply) => decodeFrame(hex(reply), SETTINGS).ranges)
  const answered = said.flatMap(({ absent = [] }) => absent).length
  expect(answered).toBeGreaterThan((1024 * 1024) / 24 / 2)
  expect(answered).toBeLessThan((1024 * 1024) / 24 + items)
  const asked = said.filter(({ mode }) => mode === 'items')
  expect(asked.length).toBeGreaterThan(1)
  expect(asked.at(-1)!.to).toBe(END)
})

test('a side that never comes to an end is left after maxRounds', async () => {
  const side = new Reconciler(index, { maxRounds: 20 })
  const [again] = [frameOf(parts(1, 'fingerprint'), false)]
  await side.receive(frameOf(parts(1, 'fingerprint')))
  for (let round = 2; round <= 20; round++) expect((await side.receive(again)).isDone).toBe(false)
  expect(side.rounds).toBe(20)
  await expect(side.receive(again)).rejects.toMatchObject({ code: 'ROUNDS_EXCEEDED' })
})

test('answers that nobody has asked for tell what they say, and of what is as we have it nothing', async () => {
  const [first, second] = itemsOf(numbered(0, 2)) as [
    { id: Uint8Array; version: Uint8Array },
    { id: Uint8Array }
  ]
  const side = new Reconciler(index)
  await side.initiate()
  const items = [hex(first.id) + hex(first.version)]
  const absent = ['77'.repeat(16), hex(second.id)].toSorted()
  const range: SpecRange = { mode: 'answer', from: '00'.repeat(16), to: END, items, absent }
  const { differences } = await side.receive(frameOf([range], false))
  expect(differences).toEqual([{ id: second.id, ours: new Uint8Array(8), theirs: null }])
})

test('while a large frame is worked on, other things have their turn', async () => {
  let turns = 0
  let isOver = false
  const count = () => {
    turns++
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  await new Reconciler(index).receive(frameOf(parts(4096, 'items')))
  isOver = true
  expect(turns).toBeGreaterThan(10)
})
