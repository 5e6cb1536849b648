import b4a from 'b4a'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeCursor } from '../../src/cursor/merge.js'
import { segmentFileName } from '../../src/disk/file-names.js'
import type { Op } from '../../src/engine.js'
import { memtableSource } from '../../src/memtable/memtable.js'
import { runSource } from '../../src/segment/run.js'
import { Layers, memtableOf, modelEntries, op, range } from '../stores/layers.js'
import { MemoryFiles } from '../stores/memory-files.js'

const keyOf = (n: number): Uint8Array => b4a.from(String(n).padStart(6, '0'))
const put = (n: number, value = 'value'): Op => ({ type: 'put', key: keyOf(n), value: b4a.from(value) })

test('memtables and segments read as one store, any range, both ways', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.boolean(), fc.array(op, { maxLength: 40 })), { maxLength: 5 }),
      fc.array(range, { minLength: 1, maxLength: 6 }),
      async (layers, ranges) => {
        const store = new Layers(new MemoryFiles())
        const sources = await Promise.all(
          layers.map(async ([isFlushed, ops]) => {
            if (!isFlushed) return { memtable: memtableOf(ops).snapshot() }
            const segment = await store.flush(ops)
            return { segments: segment === null ? [] : [segment] }
          })
        )
        const ops = layers.flatMap(([, each]) => each)
        for (const each of ranges) {
          const newestFirst = sources
            .toReversed()
            .map(({ memtable, segments }) =>
              segments === undefined ? memtableSource(memtable, each) : runSource(segments, each)
            )
          expect(await store.read(mergeCursor(newestFirst, each))).toEqual(modelEntries(ops, each))
        }
      }
    ),
    { numRuns: 300 }
  )
})

test('deletions are kept for a merge that has older layers below', async () => {
  const store = new Layers(new MemoryFiles())
  const newer = memtableOf([
    { type: 'del', key: keyOf(1) },
    { type: 'delRange', start: keyOf(4), end: keyOf(6) }
  ])
  const older = memtableOf([put(1), { type: 'del', key: keyOf(3) }, put(5), put(7)])
  const read = async (keepDeleted: boolean): Promise<string[]> =>
    store.read(mergeCursor([memtableSource(newer, {}), memtableSource(older, {})], {}, { keepDeleted }))
  expect((await read(false)).length).toBe(1)
  expect((await read(true)).map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual([
    `${b4a.toString(keyOf(1), 'hex')} deleted`,
    `${b4a.toString(keyOf(3), 'hex')} deleted`,
    `${b4a.toString(keyOf(7), 'hex')} =`
  ])
})

test('a layer that cannot be read fails the merge, even if it is asked again', async () => {
  const store = new Layers(new MemoryFiles())
  const ops = Array.from({ length: 5000 }, (_, n) => put(n))
  const older = (await store.flush(ops))!
  const file = store.files.bytes.get(segmentFileName(older.info.id))!
  file[older.index.start(3)]! ^= 1
  const damaged = await store.openSegment(older.info)

  const newer = memtableOf([put(1), put(4999)]).snapshot()
  const cursor = mergeCursor([memtableSource(newer, {}), runSource([damaged], {})], {})
  let count = 0
  const step = async (): Promise<boolean> => cursor.next() || cursor.load()
  const readAll = async (): Promise<void> => {
    while (await step()) count++
  }
  await expect(readAll()).rejects.toMatchObject({ code: 'ENGINE_CORRUPT' })
  const before = count
  expect(before).toBeGreaterThan(0)
  for (let i = 0; i < 3; i++) await expect(step()).rejects.toMatchObject({ code: 'ENGINE_CORRUPT' })
  expect(count).toBe(before)
})

test('a layer that could not be read once does not make the others lose an entry', async () => {
  const store = new Layers(new MemoryFiles())
  const segment = (await store.flush([put(2), put(4)]))!
  const { cursor: older, ranges } = runSource([segment], {})
  let failures = 1
  const load = async (): Promise<boolean> =>
    failures-- > 0 ? Promise.reject(new Error('once')) : older.load()
  const flaky = Object.assign(Object.create(older) as typeof older, { load, next: () => older.next() })
  const newer = memtableSource(memtableOf([put(1), put(3)]).snapshot(), {})
  const cursor = mergeCursor([newer, { cursor: flaky, ranges }], {})
  const step = async (): Promise<boolean> => cursor.next() || cursor.load()
  for (let i = 0; i < 3; i++) await expect(step()).rejects.toThrow('once')
})

test('the end is the end', async () => {
  const store = new Layers(new MemoryFiles())
  const segment = (await store.flush([put(1)]))!
  const cursor = mergeCursor([runSource([segment], {})], {})
  expect(await cursor.load()).toBe(true)
  for (let i = 0; i < 3; i++) expect(cursor.next() || (await cursor.load())).toBe(false)
  expect(await mergeCursor([], {}).load()).toBe(false)
})

test('an entry stays as it was while the cursor goes on', async () => {
  const store = new Layers(new MemoryFiles())
  const segment = (await store.flush(Array.from({ length: 3000 }, (_, n) => put(n, `value ${n}`))))!
  const cursor = mergeCursor([runSource([segment], {})], {})
  const entries: [Uint8Array, Uint8Array][] = []
  while (cursor.next() || (await cursor.load())) entries.push([cursor.key, cursor.value as Uint8Array])
  expect(entries.map(([key, value]) => [b4a.toString(key), b4a.toString(value)])).toEqual(
    Array.from({ length: 3000 }, (_, n) => [String(n).padStart(6, '0'), `value ${n}`])
  )
})

test('of many layers with the same keys each entry is given once, the newest', async () => {
  const store = new Layers(new MemoryFiles())
  const layers = await Promise.all(
    Array.from({ length: 20 }, async (_, layer) =>
      store.flush(Array.from({ length: 200 }, (_unused, n) => put(n * ((layer % 3) + 1), `layer ${layer}`)))
    )
  )
  const newestFirst = layers.toReversed().map((segment) => runSource([segment!], {}))
  const entries = new Map<string, string>()
  const cursor = mergeCursor(newestFirst, {})
  while (cursor.next() || (await cursor.load())) {
    const key = b4a.toString(cursor.key)
    expect(entries.has(key)).toBe(false)
    entries.set(key, b4a.toString(cursor.value as Uint8Array))
  }
  expect(entries.get('000000')).toBe('layer 19')
  expect(entries.get('000002')).toBe('layer 19')
  expect(entries.get('000001')).toBe('layer 18')
  expect(entries.get('000003')).toBe('layer 18')
  expect(entries.get('000597')).toBe('layer 17')
})
