import { MemoryEngine, RandomAccessEngine } from '@manycore/kv'
import type { Engine } from '@manycore/kv'
import { FaultEngine, FaultFiles, FaultPlan } from '@manycore/kv/faults'
import RAM from 'random-access-memory'
import { expect, test } from 'vitest'
import { Index, isManycoreError } from '../../src/index.js'
import { entriesOf } from '../kit/engines.js'
import { change, contentsOf, indexOf, itemsOf, numbered } from '../kit/sets.js'
import type { Model } from '../kit/sets.js'

const OLD = numbered(0, 700)
/** Some changed, some gone, some new: nodes are split and merged. */
const NEW: Model = new Map([
  ...numbered(0, 50),
  ...numbered(300, 700),
  ...numbered(100, 200, 1),
  ...numbered(900, 1300)
])
const STATES: { readonly [stamp: string]: Model } = { old: OLD, new: NEW }

const stampOf = (text: string): Uint8Array => Buffer.from(text)

async function built(engine: Engine): Promise<Index> {
  const index = new Index({ engine })
  await index.rebuild(itemsOf(OLD), { stamp: stampOf('old') })
  return index
}

/** What another process finds: the stamp, and that everything is as it was then. */
async function found(engine: Engine): Promise<string> {
  const index = new Index({ engine, cacheBytes: 1 })
  await index.ready()
  const stamp = Buffer.from(index.stamp!).toString()
  const model = STATES[stamp]!
  expect([...(await contentsOf(index))]).toEqual([...model].toSorted())
  expect(await index.fingerprint()).toEqual(await (await indexOf(model)).fingerprint())
  await index.close()
  return stamp
}

for (const action of ['fail', 'fail-after'] as const) {
  test(`a batch of a flush that does ${action}: the changes stay in memory, and the next flush stores them`, async () => {
    const engine = new FaultEngine(new MemoryEngine())
    await engine.open()
    const index = await built(engine)
    await change(index, OLD, new Map([...OLD, ...numbered(100, 200, 1)]))
    engine.plan.add({ on: 'batch', action })
    await expect(index.flush({ stamp: stampOf('new') })).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    expect(Buffer.from(index.stamp!).toString()).toBe('old')
    expect(index.dirtyBytes).toBeGreaterThan(0)
    if (action === 'fail') expect(await found(engine)).toBe('old')
    await change(index, OLD, NEW)
    await index.flush({ stamp: stampOf('new') })
    expect(await found(engine)).toBe('new')
    await index.close()
    await engine.close()
  })
}

for (const action of ['fail', 'tear', 'drop'] as const) {
  test(`any write to a file may ${action}: afterwards there is the old tree with its stamp, or the new one`, async () => {
    const seen = new Set<string>()
    for (let nth = 1; ; nth++) {
      const files = new FaultFiles(RAM.reusable(), new FaultPlan())
      // One log of large records, which a write of a tenth of it can tear.
      const engine = new RandomAccessEngine(files.open, { memtableBytes: 16 * 1024 })
      await engine.open()
      const index = await built(engine)
      await change(index, OLD, NEW)
      files.plan.add({ on: 'write', action, nth })
      const failed = await index.flush({ stamp: stampOf('new') }).then(
        () => false,
        () => true
      )
      const isHit = files.plan.hits.length > 0
      await files.crash()
      await engine.close().catch(() => {})
      // A write that was dropped may have been one of the engine's own, after the flush was acknowledged.
      const again = new RandomAccessEngine(files.open)
      await again.open()
      const stamp = await found(again)
      if (!failed && action !== 'drop') expect(stamp).toBe('new')
      seen.add(stamp)
      await again.close()
      if (!isHit) break
    }
    expect([...seen].toSorted()).toEqual(['new', 'old'])
  })
}

test('an engine that breaks its promise and tears a batch: what is read is right, or INDEX_CORRUPT', async () => {
  let [corrupt, whole] = [0, 0]
  for (let keep = 0; keep < 40; keep++) {
    const engine = new FaultEngine(new MemoryEngine({ reusable: true }))
    await engine.open()
    const index = await built(engine)
    await change(index, OLD, NEW)
    engine.plan.add({ on: 'batch', action: 'tear', keep })
    await index.flush({ stamp: stampOf('new') }).catch(() => {})
    await engine.close()
    await engine.open()
    try {
      await found(engine)
      whole++
    } catch (err) {
      if (!isManycoreError(err, 'INDEX_CORRUPT')) throw err
      corrupt++
      const repaired = new Index({ engine })
      await repaired.rebuild(itemsOf(NEW), { stamp: stampOf('new') })
      expect(await found(engine)).toBe('new')
    }
    await engine.close()
  }
  expect(corrupt).toBeGreaterThan(5)
  expect(whole).toBeGreaterThan(0)
})

test('any batch of a rebuild may fail: the old tree stays, in memory and stored, and what is left over goes later', async () => {
  const clean = new MemoryEngine()
  await clean.open()
  const all = await built(clean)
  const lines = (await entriesOf(clean)).length
  await all.close()
  for (let nth = 1; ; nth++) {
    const engine = new FaultEngine(new MemoryEngine())
    await engine.open()
    const index = await built(engine)
    engine.plan.add({ on: 'batch', action: 'fail', nth })
    const failed = await index.rebuild(itemsOf(NEW), { stamp: stampOf('new'), sortBytes: 4000 }).then(
      () => false,
      () => true
    )
    expect(await found(engine)).toBe(failed ? 'old' : 'new')
    expect([...(await contentsOf(index))]).toEqual([...(failed ? OLD : NEW)].toSorted())
    if (!failed) break
    // Another process: it deletes what was left over with its first flush.
    const other = new Index({ engine })
    await other.ready()
    await other.flush({ stamp: stampOf('old') })
    expect(await found(engine)).toBe('old')
    expect((await entriesOf(engine)).length).toBe(lines)
    expect(nth).toBeLessThan(100)
  }
})
