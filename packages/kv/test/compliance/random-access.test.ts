import { test } from 'vitest'
import { testEngine } from '../../compliance/index.js'
import type { Place } from '../../compliance/index.js'
import { SMALL, filePlace, memoryPlace, oneFilePlace, oneMemoryPlace } from '../random-access/places.js'

const PLACES: Record<string, () => Place> = {
  'random-access-memory': () => memoryPlace(),
  'random-access-memory, small memtables': () => memoryPlace(SMALL),
  'random-access-file': () => filePlace(),
  'random-access-file, small memtables, power': () =>
    filePlace({ ...SMALL, durability: 'power', sync: async () => {} }),
  'one random-access-memory, small memtables': () => oneMemoryPlace(SMALL),
  'one random-access-file, small memtables': () => oneFilePlace(SMALL)
}

for (const [name, create] of Object.entries(PLACES)) {
  testEngine(test, {
    name,
    supports: { persistent: true, suspend: true, compact: true, readOnly: true },
    create
  })
}
