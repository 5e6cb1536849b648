import fc from 'fast-check'
import { expect, test } from 'vitest'
import { levelSource } from '../src/level-source.js'
import { memtableSource } from '../src/memtable-source.js'
import { mergeCursor } from '../src/merge-cursor.js'
import { Layers, memtableOf, modelEntries, op, range } from './layers.js'
import { MemoryFiles } from './memory-files.js'

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
              segments === undefined ? memtableSource(memtable, each) : levelSource(segments, each)
            )
          expect(await store.read(mergeCursor(newestFirst, each))).toEqual(modelEntries(ops, each))
        }
      }
    ),
    { numRuns: 300 }
  )
})
