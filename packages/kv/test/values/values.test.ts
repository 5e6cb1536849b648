import b4a from 'b4a'
import { expect, test } from 'vitest'
import { encodeFrame, FRAME_BYTES } from '../../src/bytes/frame.js'
import { ValuePointer } from '../../src/cursor/cursor.js'
import { LARGE_VALUE_BYTES } from '../../src/defaults.js'
import type { Op } from '../../src/engine.js'
import { liveValueBytes } from '../../src/manifest/levels.js'
import { VALUE_FILE_MAGIC, ValueFiles } from '../../src/values/reader.js'
import { Layers } from '../stores/layers.js'
import { MemoryFiles } from '../stores/memory-files.js'
import { MergingStore, SMALL_SIZES } from '../stores/merging-store.js'

const keyOf = (n: number): Uint8Array => b4a.from(String(n).padStart(6, '0'))
const put = (n: number, value: Uint8Array): Op => ({ type: 'put', key: keyOf(n), value })
const valueFilesOf = (store: MergingStore): string[] =>
  Array.from(store.layers.files.bytes.keys()).filter((name) => name.endsWith('.val'))
/** toEqual() takes its time over large values. */
async function expectValue(store: MergingStore, n: number, value: Uint8Array): Promise<void> {
  const found = await store.get(keyOf(n))
  expect(found instanceof Uint8Array && b4a.equals(found, value)).toBe(true)
}

/** Value files are not joined for being small. */
const SIZES = { ...SMALL_SIZES, smallValueFileBytes: 0 }

test('values of 4 KiB and more lie in a value file, smaller ones in the segment', async () => {
  const store = new MergingStore()
  const sizes = [0, LARGE_VALUE_BYTES - 1, LARGE_VALUE_BYTES, 100_000]
  await store.flush(sizes.map((bytes, n) => put(n, b4a.alloc(bytes, n))))
  expect(store.valueFiles.map(({ bytes }) => bytes)).toEqual([FRAME_BYTES + LARGE_VALUE_BYTES + 100_000])
  for (const [n, bytes] of sizes.entries()) await expectValue(store, n, b4a.alloc(bytes, n))
})

test('of a value rewritten many times before a flush one copy is stored', async () => {
  const store = new MergingStore()
  await store.flush(Array.from({ length: 1000 }, (_, n) => put(1, b4a.alloc(4096, n))))
  expect(store.layers.files.totalBytes).toBeLessThan(5000)
})

test('a merge carries pointers over and does not touch the values', async () => {
  const store = new MergingStore(SIZES)
  await store.flush([put(1, b4a.alloc(5000, 1)), put(2, b4a.alloc(5000, 2))])
  const [file] = valueFilesOf(store)
  await store.flush([put(3, b4a.alloc(10))])
  store.layers.files.calls.length = 0
  await store.merge()
  expect(store.levels[1]!.length).toBe(1)
  expect(store.layers.files.calls.filter((call) => call.includes('.val'))).toEqual([])
  expect(valueFilesOf(store)).toEqual([file])
  expect(await store.get(keyOf(2))).toEqual(b4a.alloc(5000, 2))
})

test('a value file goes when its last value is gone', async () => {
  const store = new MergingStore(SIZES)
  await store.flush([put(1, b4a.alloc(5000, 1))])
  expect(await store.get(keyOf(1))).toEqual(b4a.alloc(5000, 1))
  await store.flush([{ type: 'del', key: keyOf(1) }])
  await store.merge()
  expect(valueFilesOf(store)).toEqual([])
  expect(store.valueFiles).toEqual([])
  expect(store.layers.files.totalBytes).toBe(0)
})

test('a file with less than half live bytes is rewritten, once dead values are a third of the store', async () => {
  const store = new MergingStore({ ...SIZES, level0Segments: 2 })
  const ns = Array.from({ length: 40 }, (_, n) => n)
  await store.flush(ns.map((n) => put(n, b4a.alloc(5000, n))))
  const [file] = valueFilesOf(store)
  const deleteSome = async (from: number, to: number): Promise<void> => {
    await store.flush([{ type: 'delRange', start: keyOf(from), end: keyOf(to) }])
    await store.flush([put(900, b4a.alloc(1))])
    await store.merge()
  }
  await deleteSome(0, 15)
  expect(valueFilesOf(store)).toEqual([file])
  await deleteSome(15, 25)
  expect(valueFilesOf(store)).not.toContain(file)
  expect(store.layers.files.totalBytes).toBeLessThan(1.1 * 15 * 5000)
  for (const n of ns)
    if (n < 25) expect(await store.get(keyOf(n))).toBe(undefined)
    else await expectValue(store, n, b4a.alloc(5000, n))
})

test('overwriting large values for ever takes less than 3 × the live bytes', async () => {
  const store = new MergingStore(SMALL_SIZES)
  let most = 0
  for (let round = 0; round < 40; round++) {
    const ns = Array.from({ length: 20 }, (_, i) => (i * 7 + round * 13) % 200)
    await store.flush(ns.map((n) => put(n, b4a.alloc(5000, round))))
    await store.merge()
    const live = (await store.read()).length * 5000
    if (round > 10) most = Math.max(most, store.layers.files.totalBytes / live)
  }
  expect(most).toBeLessThan(3)
  const live = liveValueBytes(store.levels)
  expect(store.valueFiles.every(({ id }) => live.has(id))).toBe(true)
})

test('merges join small value files', async () => {
  const store = new MergingStore({ ...SMALL_SIZES, smallValueFileBytes: 50_000 })
  for (let round = 0; round < 30; round++) {
    await store.flush([put(round, b4a.alloc(5000, round)), put(500, b4a.alloc(10, round))])
    await store.merge()
  }
  expect(store.valueFiles.length).toBeLessThanOrEqual(3)
})

test('a newer version, another file and a damaged value are refused', async () => {
  const layers = new Layers(new MemoryFiles())
  const segment = (await layers.flush([put(1, b4a.alloc(5000, 1))]))!
  const name = '000001.val'
  const good = layers.files.bytes.get(name)!
  const read = async (bytes: Uint8Array): Promise<unknown> => {
    layers.files.bytes.set(name, bytes)
    return new ValueFiles(layers.files).read(pointer)
  }
  const cursor = segment.cursor()
  await cursor.load()
  const pointer = cursor.value as ValuePointer
  expect(await read(good)).toEqual(b4a.alloc(5000, 1))

  await expect(
    read(b4a.concat([encodeFrame(VALUE_FILE_MAGIC, 2, b4a.alloc(0)), good.subarray(FRAME_BYTES)]))
  ).rejects.toMatchObject({
    code: 'ENGINE_VERSION'
  })
  await expect(read(b4a.concat([b4a.alloc(FRAME_BYTES), good.subarray(FRAME_BYTES)]))).rejects.toMatchObject({
    code: 'ENGINE_CORRUPT',
    file: name,
    offset: 0
  })
  await expect(read(b4a.concat([good.subarray(0, 100), b4a.alloc(4920)]))).rejects.toMatchObject({
    code: 'ENGINE_CORRUPT',
    file: name,
    offset: FRAME_BYTES
  })
})

test('a value file is opened once; after forget() a later read opens it again', async () => {
  const layers = new Layers(new MemoryFiles())
  await layers.flush([put(1, b4a.alloc(5000, 1))])
  const { calls } = layers.files
  const values = new ValueFiles(layers.files)
  const header = `read 000001.val 0 ${FRAME_BYTES}`
  const opens = (): number => calls.filter((call) => call === header).length
  const before = opens()
  const read = async (): Promise<void> => {
    const pointer = new ValuePointer(1, FRAME_BYTES, 5000, 0)
    await expect(values.read(pointer)).rejects.toMatchObject({ code: 'ENGINE_CORRUPT' })
  }
  for (let i = 0; i < 3; i++) await read()
  expect(opens()).toBe(before + 1)
  values.forget(1)
  for (let i = 0; i < 3; i++) await read()
  expect(opens()).toBe(before + 2)
  values.forget(77)
})
