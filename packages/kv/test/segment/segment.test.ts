import b4a from 'b4a'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Found } from '../../src/cursor/cursor.js'
import { segmentFileName } from '../../src/disk/file-names.js'
import type { Op } from '../../src/engine.js'
import type { EngineError } from '../../src/errors.js'
import { encodeFooter } from '../../src/segment/footer.js'
import { entryText, key, Layers, memtableOf, op, range } from '../stores/layers.js'
import { MemoryFiles } from '../stores/memory-files.js'

const keyOf = (n: number): Uint8Array => b4a.from(String(n).padStart(6, '0'))
const put = (n: number, value: Uint8Array = b4a.from(`value ${n}`)): Op => ({
  type: 'put',
  key: keyOf(n),
  value
})
const many = (count: number): Op[] => Array.from({ length: count }, (_, n) => put(n))

const foundText = (found: Found): string => (found === undefined ? 'nothing' : entryText('', found))

test('says of every key what the memtable said', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(op, { minLength: 1, maxLength: 60 }), fc.array(key), async (ops, others) => {
      const memtable = memtableOf(ops)
      const store = new Layers(new MemoryFiles())
      const segment = await store.flush(ops)
      const keys = [...others, ...ops.map((each) => (each.type === 'delRange' ? each.start : each.key))]
      for (const each of keys) expect(foundText(await segment?.get(each))).toBe(foundText(memtable.get(each)))
      expect(segment?.ranges ?? []).toEqual(memtable.ranges())
    }),
    { numRuns: 200 }
  )
})

test('gives the points of any range, both ways', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(op, { maxLength: 60 }), fc.array(range), async (ops, ranges) => {
      const memtable = memtableOf(ops)
      const store = new Layers(new MemoryFiles())
      const segment = await store.flush(ops)
      if (segment === null) return
      for (const each of ranges) {
        const expected = Array.from({ [Symbol.iterator]: () => memtable.entries(each) }, ([k]) =>
          b4a.toString(k, 'hex')
        )
        for (const isLong of [false, true]) {
          const read = await store.read(segment.cursor(each, { isLong }))
          expect(read.map((text) => text.split(' ')[0])).toEqual(expected)
        }
      }
    }),
    { numRuns: 200 }
  )
})

test('skip() leaves out only entries before the key, and reads no block in between', async () => {
  const store = new Layers(new MemoryFiles())
  const segment = (await store.flush(many(20_000)))!
  expect(segment.index.blocks).toBeGreaterThan(30)
  for (const reverse of [false, true]) {
    const cursor = segment.cursor({ reverse })
    await cursor.load()
    for (const to of reverse ? [19_990, 19_000, 5, 0] : [3, 1000, 19_990, 30_000]) {
      store.files.calls.length = 0
      const isThere = cursor.skip(keyOf(to)) || (await cursor.load())
      const expected = reverse ? to - 1 : to
      expect(isThere).toBe(expected >= 0 && expected < 20_000)
      if (isThere) expect(b4a.toString(cursor.key)).toBe(String(expected).padStart(6, '0'))
      expect(store.files.calls.length).toBeLessThanOrEqual(1)
    }
  }
})

test('a cached block is read without a promise, and an absent key without a block', async () => {
  const store = new Layers(new MemoryFiles())
  const segment = (await store.flush(many(20_000)))!
  expect(segment.get(keyOf(7))).toBeInstanceOf(Promise)
  await segment.get(keyOf(7))
  expect(segment.get(keyOf(7))).toEqual(b4a.from('value 7'))
  expect(segment.get(keyOf(8))).toEqual(b4a.from('value 8'))

  store.files.calls.length = 0
  for (let n = 20_000; n < 20_100; n++) await segment.get(keyOf(n))
  expect(store.files.calls.length).toBeLessThanOrEqual(2)
})

test('gets side by side read a block once', async () => {
  const store = new Layers(new MemoryFiles())
  const segment = (await store.flush(many(100)))!
  store.files.calls.length = 0
  await Promise.all(Array.from({ length: 100 }, (_, n) => segment.get(keyOf(n))))
  expect(store.files.calls.length).toBe(1)
})

test('a scan reads ahead more and more and leaves the cache to random reads', async () => {
  const store = new Layers(new MemoryFiles())
  const segment = (await store.flush(many(20_000)))!
  store.files.calls.length = 0
  expect((await store.read(segment.cursor())).length).toBe(20_000)
  expect(store.files.calls.length).toBeLessThan(2 + Math.log2(segment.index.blocks))
  expect(store.cache.bytes).toBeLessThan(20_000)
})

test('opening takes two reads', async () => {
  const store = new Layers(new MemoryFiles())
  const { info } = (await store.flush(many(20_000)))!
  store.files.calls.length = 0
  await store.openSegment(info)
  expect(store.files.calls.length).toBe(2)
})

test('info counts entries, tombstones, ranges and value bytes, and its bounds hold them all', async () => {
  const store = new Layers(new MemoryFiles())
  const { info } = (await store.flush([
    put(5),
    put(6, b4a.alloc(5000)),
    { type: 'del', key: keyOf(9) },
    { type: 'delRange', start: keyOf(1), end: keyOf(3) }
  ]))!
  expect(info.entries).toBe(3)
  expect(info.deleted).toBe(2)
  expect(info.values).toEqual([{ file: 2, bytes: 5000 }])
  expect(info.start).toEqual(keyOf(1))
  expect(info.end).toEqual(b4a.concat([keyOf(9), b4a.alloc(1)]))
  expect(info.bytes).toBe(store.files.bytes.get(segmentFileName(info.id))!.byteLength)
})

test('whatever byte is damaged, in whatever way: the right answer or ENGINE_CORRUPT with file and offset', async () => {
  const store = new Layers(new MemoryFiles())
  const ops = [
    ...many(40),
    put(50, b4a.alloc(4096, 1)),
    { type: 'delRange', start: keyOf(60), end: keyOf(70) } as Op
  ]
  const { info } = (await store.flush(ops))!
  const memtable = memtableOf(ops)
  const keys = [0, 20, 39, 45, 50, 65].map(keyOf)
  const expected = keys.map((each) => memtable.get(each))
  for (const name of store.files.bytes.keys()) {
    const bytes = store.files.bytes.get(name)!
    for (let at = 0; at < bytes.byteLength; at += name.endsWith('.val') && at > 20 ? 29 : 1) {
      const damaged = b4a.from(bytes)
      damaged[at]! ^= 1 << (at % 8)
      await expectSafe(name, damaged)
      if (at % 16 === 0) await expectSafe(name, b4a.from(bytes.subarray(0, at)))
    }
    store.files.bytes.set(name, bytes)
  }

  async function expectSafe(name: string, damaged: Uint8Array): Promise<void> {
    const files = new MemoryFiles()
    for (const [each, bytes] of store.files.bytes) files.bytes.set(each, each === name ? damaged : bytes)
    const reopened = new Layers(files)
    let read: Found[] | null = null
    try {
      const segment = await reopened.openSegment(info)
      read = await Promise.all(keys.map(async (each) => segment.get(each)))
    } catch (err) {
      const { code, file, offset } = err as EngineError
      expect([code, file, typeof offset]).toEqual(['ENGINE_CORRUPT', name, 'number'])
    }
    if (read !== null) expect(read).toEqual(expected)
  }
})

test('a block in the place of another is not taken for it', async () => {
  const store = new Layers(new MemoryFiles())
  const value = b4a.alloc(100)
  const segment = (await store.flush(Array.from({ length: 1000 }, (_, n) => put(n, value))))!
  const bytes = store.files.bytes.get(segmentFileName(segment.info.id))!
  const { index } = segment
  bytes.copyWithin(index.start(1), index.start(2), index.end(2))
  const damaged = await store.openSegment(segment.info)
  await expect(store.read(damaged.cursor())).rejects.toMatchObject({
    code: 'ENGINE_CORRUPT',
    offset: index.start(1)
  })
})

test('a segment of another id, a newer version and a file cut short are refused', async () => {
  const store = new Layers(new MemoryFiles())
  const { info } = (await store.flush(many(10)))!
  const other = (await store.flush(many(10)))!.info
  const { files } = store
  const refuse = async (bytes: Uint8Array, code: string): Promise<void> => {
    files.bytes.set(segmentFileName(info.id), bytes)
    await expect(store.openSegment(info)).rejects.toMatchObject({ code })
  }
  const good = files.bytes.get(segmentFileName(info.id))!
  await refuse(files.bytes.get(segmentFileName(other.id))!, 'ENGINE_CORRUPT')
  await refuse(good.subarray(0, -1), 'ENGINE_CORRUPT')
  await refuse(good.subarray(0, 10), 'ENGINE_CORRUPT')
  const fields = {
    id: info.id,
    blocks: 0,
    blockBytes: 0,
    rangeBytes: 0,
    indexBytes: 0,
    bloomBytes: 0,
    crc: 0
  }
  const newer = b4a.concat([good.subarray(0, -64), encodeFooter(fields, 2)])
  await refuse(newer, 'ENGINE_VERSION')
})
