import Hypercore from 'hypercore'
import { MemoryEngine, RandomAccessEngine } from '@manycore/kv'
import type { Engine, EngineIterator, EngineSnapshot, Range } from '@manycore/kv'
import { RocksEngine, openStorage } from '@manycore/storage-adapters'
import RandomAccessFile from 'random-access-file'
import { expect, test } from 'vitest'
import { Corestore } from '../../src/index.js'
import { temporaryDirectory } from '../kit/temporary-directory.js'

const STORED = 4000
/** Two pieces of `ROWS_AT_ONCE` rows of the storage, one of them on its way, and what the two streams above it hold. */
const AHEAD = 2048

/** How many rows have been read of an engine, and how many iterators are open. */
function counted(engine: Engine): { rows: number; open: number } {
  const counts = { rows: 0, open: 0 }
  const { iterator } = engine
  engine.iterator = (range: Range, at?: EngineSnapshot): EngineIterator => {
    const rows = iterator.call(engine, range, at)
    counts.open++
    return {
      async next(max) {
        const read = await rows.next(max)
        counts.rows += read.length
        return read
      },
      async close() {
        counts.open--
        await rows.close()
      }
    }
  }
  return counts
}

/** Stores so many cores, all in one namespace, without opening them. */
async function fill(engine: Engine, namespace: Uint8Array): Promise<void> {
  const storage = openStorage(engine)
  const creating: Promise<unknown>[] = []
  for (let i = 0; i < STORED; i++) {
    const key = Buffer.alloc(32)
    key.writeUInt32BE(i)
    const discoveryKey = Hypercore.discoveryKey(key)
    const alias = { name: `core ${i}`, namespace }
    creating.push(storage.createCore({ key, discoveryKey, manifest: null, keyPair: null, alias } as never))
  }
  await Promise.all(creating)
  await storage.close()
}

test.each<[string, (directory: string) => () => Engine]>([
  [
    'memory',
    () => {
      const engine = new MemoryEngine({ reusable: true })
      return () => engine
    }
  ],
  [
    'files',
    (directory) => () => new RandomAccessEngine((name: string) => new RandomAccessFile(name, { directory }))
  ],
  ['RocksDB', (directory) => () => new RocksEngine(directory)]
])('%s: list() reads no more ahead of its reader, however many cores are stored', async (_, make) => {
  const engine = make(temporaryDirectory())
  const namespace = Buffer.alloc(32, 7)
  await fill(engine(), namespace)
  const counting = engine()
  const store = new Corestore(counting)
  await store.ready()
  const counts = counted(counting)

  for (const list of [() => store.list(), () => store.list(namespace)]) {
    counts.rows = 0
    let listed = 0
    for await (const discoveryKey of list()) {
      expect(discoveryKey.byteLength).toBe(32)
      listed++
      if (listed % 500 === 1) {
        await new Promise((resolve) => setImmediate(resolve))
        expect(counts.rows - listed).toBeLessThanOrEqual(AHEAD)
      }
    }
    expect([listed, counts.rows, counts.open]).toEqual([STORED, STORED, 0])
  }

  counts.rows = 0
  for await (const _one of store.list()) break // who wants one reads one piece or two
  expect(counts.rows).toBeLessThanOrEqual(AHEAD)
  expect(counts.open).toBe(0)
  await store.close()
})

test('audit() reads no more ahead of its reader, and has no more cores open than the store keeps idle', async () => {
  const engine = new MemoryEngine({ reusable: true })
  await fill(engine, Buffer.alloc(32, 7))
  const store = new Corestore(engine, { maxOpenCores: 8 })
  await store.ready()
  const counts = counted(engine)
  let [audited, most] = [0, 0]
  for await (const { audit } of store.audit({ dryRun: true })) {
    expect(audit).not.toBe(undefined)
    most = Math.max(most, store.cores.size)
    if (++audited === 100) break
  }
  expect(audited).toBe(100)
  expect(most).toBeLessThanOrEqual(8 + 1)
  expect(counts.rows - audited).toBeLessThanOrEqual(AHEAD)
  expect(counts.open).toBe(0)
  await store.close()
})

test('the updates of a group are read no more ahead of their reader, however many there are', async () => {
  const engine = new MemoryEngine({ reusable: true })
  const store = new Corestore(engine)
  const topic = Buffer.alloc(32, 3)
  const core = store.get({ name: 'a', group: topic })
  await core.append('x')
  await multiplyRowOf(engine, core.key!)
  const counts = counted(engine)
  for (const reverse of [true, false]) {
    counts.rows = 0
    let listed = 0
    for await (const key of store.notifyGroup(topic).updates({ reverse })) {
      expect(key).toEqual(core.key)
      if (++listed % 500 !== 1) continue
      await new Promise((resolve) => setImmediate(resolve))
      expect(counts.rows - listed).toBeLessThanOrEqual(AHEAD)
    }
    expect([listed, counts.rows, counts.open]).toEqual([STORED, STORED, 0])
  }
  await store.close()
})

/** Adds rows with the same value behind the one whose value is a key: what a group has of a core is such a row. */
async function multiplyRowOf(engine: Engine, value: Uint8Array): Promise<void> {
  const iterator = engine.iterator({})
  const rows = await iterator.next(1000)
  await iterator.close()
  const [row] = rows.filter((each) => Buffer.from(value).equals(each.value))
  const suffix = (i: number) => Uint8Array.of(i >> 8, i)
  await engine.batch(
    Array.from({ length: STORED - 1 }, (_, i) => ({
      type: 'put' as const,
      key: Buffer.concat([row!.key, suffix(i)]),
      value: Buffer.from(value)
    }))
  )
}
