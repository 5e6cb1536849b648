import { test } from 'vitest'
import { testEngine } from '../../compliance/index.js'
import type { Place } from '../../compliance/index.js'
import type { RandomAccessEngineOptions } from '../../src/index.js'
import { filePlace, memoryPlace, oneFilePlace, oneMemoryPlace } from '../stores/places.js'

/** Flushes and merges happen in the cases that write much. */
const SMALL_TABLES: RandomAccessEngineOptions = {
  memtableBytes: 100_000,
  cacheBytes: 50_000,
  levelSizes: { level0Segments: 2, level1Bytes: 200_000, ratio: 3, segmentBytes: 60_000 }
}

const PLACES: Record<string, () => Place> = {
  'random-access-memory': () => memoryPlace(),
  'random-access-memory, small memtables': () => memoryPlace(SMALL_TABLES),
  'random-access-file': () => filePlace(),
  'random-access-file, small memtables, power': () =>
    filePlace({ ...SMALL_TABLES, durability: 'power', sync: async () => {} }),
  'one random-access-memory, small memtables': () => oneMemoryPlace(SMALL_TABLES),
  'one random-access-file, small memtables': () => oneFilePlace(SMALL_TABLES)
}

for (const [name, create] of Object.entries(PLACES)) {
  testEngine(test, {
    name,
    supports: { persistent: true, suspend: true, compact: true, readOnly: true },
    crashes: name.includes('memory,') || name.endsWith('memory'),
    create
  })
}
