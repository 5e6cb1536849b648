import { setImmediate as laterTurn } from 'node:timers/promises'
import b4a from 'b4a'
import { expect, test } from 'vitest'
import { MemoryEngine } from '@manycore/kv'
import type { EngineSnapshot, Op } from '@manycore/kv'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import { testStorage } from '../../compliance/index.js'
import type { TestFunction } from '../../compliance/index.js'
import type { EngineSession } from '../../src/facade/session.js'
import { openStorage } from '../../src/index.js'

/** A range delete misses its first key. */
class LostRangeDelete extends MemoryEngine {
  override batch(ops: readonly Op[]): Promise<void> {
    return super.batch(
      ops.map((op) => (op.type === 'delRange' ? { ...op, start: b4a.concat([op.start, b4a.alloc(1)]) } : op))
    )
  }
}

/** Ops become visible one by one. */
class NonAtomicBatch extends MemoryEngine {
  override async batch(ops: readonly Op[]): Promise<void> {
    for (const op of ops) {
      await super.batch([op])
      await laterTurn()
    }
  }
}

/** A snapshot is the latest state. */
class LiveSnapshot extends MemoryEngine {
  override getMany(keys: readonly Uint8Array[], _at?: EngineSnapshot): Promise<(Uint8Array | null)[]> {
    return super.getMany(keys)
  }
}

/** The seed is read from a cache, at once. */
function cachedReads(): CorestoreStorage {
  const storage = openStorage(new MemoryEngine())
  const { getSeed } = storage
  let seed: Uint8Array | null = null
  return Object.assign(storage, {
    getSeed: async () => seed ?? (seed = await getSeed.call(storage))
  })
}

/** What is read in one turn comes back in one run of microtasks. */
function gatheredReads(): CorestoreStorage {
  const storage = openStorage(new MemoryEngine())
  const { db } = storage as unknown as { db: EngineSession }
  const { session } = db
  let turn: Promise<unknown>[] = []
  const gather = async <T>(value: Promise<T>): Promise<T> => {
    if (turn.length === 0) setImmediate(() => (turn = []))
    const all = turn
    all.push(value)
    await laterTurn()
    await Promise.all(all)
    return value
  }
  db.session = () => {
    const core = session.call(db)
    const { read } = core
    core.read = () => {
      const batch = read.call(core)
      const { get } = batch
      return Object.assign(batch, { get: (key: Uint8Array) => gather(get.call(batch, key)) })
    }
    return core
  }
  return storage
}

test.each([
  ['a lost range delete', () => openStorage(new LostRangeDelete()), 'truncate drops blocks for good'],
  [
    'a batch that is not atomic',
    () => openStorage(new NonAtomicBatch()),
    'all cores of an atom change at once'
  ],
  ['snapshots that are live', () => openStorage(new LiveSnapshot()), 'a snapshot keeps its blocks'],
  ['reads in a microtask', cachedReads, 'resolve in a later macrotask'],
  [
    'two reads of a core in one run of microtasks',
    gatheredReads,
    'what follows at once from one read of a core'
  ]
])('%s is found out', async (_, open, promise) => {
  const failed: string[] = []
  for (const { name, run } of casesOn(open)) {
    if (!name.includes(promise)) continue
    await run().catch(() => failed.push(name))
  }
  expect(failed).toHaveLength(1)
})

test('the same cases pass on a memory engine', async () => {
  for (const { name, run } of casesOn(() => openStorage(new MemoryEngine()))) {
    if (/truncate drops|change at once|snapshot keeps|macrotask|follows at once/.test(name)) await run()
  }
})

function casesOn(open: () => CorestoreStorage): { name: string; run: () => Promise<void> }[] {
  const cases: { name: string; run: () => Promise<void> }[] = []
  const collect = Object.assign((name: string, run: () => Promise<void>) => cases.push({ name, run }), {
    skip: () => {}
  }) as TestFunction
  testStorage(collect, {
    name: 'broken',
    supports: { persistent: false, readOnly: false },
    create: () => ({ open })
  })
  return cases
}
