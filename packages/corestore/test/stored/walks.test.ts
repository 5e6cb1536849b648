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
