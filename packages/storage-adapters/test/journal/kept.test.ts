import b4a from 'b4a'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { MemoryEngine } from '@manycore/kv'
import type { Op } from '@manycore/kv'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import { FaultEngine } from '@manycore/kv/faults'
import { journalOf, openStorage } from '../../src/index.js'
import type { Checkpoint } from '../../src/index.js'
import { keysOf, names, noted } from './changes.js'

test.each([
  { action: 'fail', isStored: false },
  { action: 'fail-after', isStored: true }
] as const)(
  'a batch that fails is told if it was stored ($isStored), and its marks are forgotten',
  async ({ action, isStored }) => {
    for (const asks of [true, false]) {
      const engine = new FaultEngine(new MemoryEngine())
      const storage = openStorage(engine)
      const core = new Hypercore(storage)
      await core.append('0')
      const journal = journalOf(storage)!
      const start = await journal.checkpoint()
      engine.plan.add({ on: 'batch', action })
      await expect(hints(storage, core, 1)()).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
      if (asks) expect(await noted(journal, start)).toEqual(isStored ? names(core) : [])
      const then = asks ? await journal.checkpoint() : start
      await hints(storage, core, 9)() // what failed must not pass for noted
      expect(await noted(journal, then)).toEqual(names(core))
      await storage.close()
    }
  }
)

test('what is queued when a checkpoint is asked for is in it, or in the next one', async () => {
  const engine = new FaultEngine(new MemoryEngine())
  const storage = openStorage(engine)
  const cores = [new Hypercore(storage), new Hypercore(storage)] as const
  for (const core of cores) await core.append('0')
  const journal = journalOf(storage)!
  let from = await journal.checkpoint()
  for (let round = 0; round < 20; round++) {
    const first = cores[0].append('x')
    const asked = journal.checkpoint()
    const second = cores[1].append('x')
    const third = cores[0].append('y')
    const to = await asked
    const lengths = cores.map(({ length }) => length)
    await Promise.all([first, second, third])
    const seen = new Set(await changes(from, to))
    const next = await journal.checkpoint()
    const later = new Set(await changes(to, next))
    for (const [i, core] of cores.entries()) {
      const [name] = names(core) as [string]
      expect(seen.has(name) || later.has(name)).toBe(true)
      if (core.length > lengths[i]!) expect(later.has(name), `round ${round}, core ${i}`).toBe(true)
    }
    from = next
  }
  await storage.close()

  async function changes(after: Checkpoint, to: Checkpoint): Promise<string[]> {
    const found: string[] = []
    for await (const some of journal.since(after, to))
      for (const { discoveryKey } of some) found.push(b4a.toString(discoveryKey, 'hex'))
    return found
  }
})

test('clearing the store begins a new epoch; a deleted core is a change', async () => {
  const storage = openStorage(new MemoryEngine()) as Deleting
  const [core, other] = [new Hypercore(storage), new Hypercore(storage)]
  await core.append('0')
  await other.append('0')
  const journal = journalOf(storage)!
  const start = await journal.checkpoint()
  const info = (await storage.getInfo(core.discoveryKey!))!
  await storage.deleteCore(info.core)
  expect(await noted(journal, start)).toEqual(names(core))
  await storage.clear()
  expect(journal.epoch).toBe(null)
  await expect(noted(journal, start)).rejects.toMatchObject({ code: 'JOURNAL_STALE' })
  const now = await journal.checkpoint()
  expect(now.epoch).not.toEqual(start.epoch)
  await storage.close()
})

test('a byte that is damaged ends the epoch or changes nothing, and users of the store notice nothing', async () => {
  const engine = new MemoryEngine({ reusable: true })
  const { epoch, key } = await filled(engine)
  await engine.open()
  const rows = engine.iterator({ gte: b4a.from([0xe0]), lt: b4a.from([0xe1]) })
  const records = await rows.next(100)
  await rows.close()
  await engine.close()
  expect(records).toHaveLength(3)
  for (const { key: at, value } of records) {
    for (let byte = 0; byte < value.byteLength; byte += 3) {
      const damaged = b4a.from(value)
      damaged[byte]! ^= 1 << (byte % 8)
      await put(engine, at, damaged)
      const storage = openStorage(engine)
      const core = new Hypercore(storage, key)
      await core.ready()
      const journal = journalOf(storage)!
      if (byte % 2 === 0) await core.append('x')
      const now = await journal.checkpoint()
      try {
        expect(await noted(journal, { epoch, counter: 0 })).toEqual(names(core))
      } catch (err) {
        expect(err).toMatchObject({ code: 'JOURNAL_STALE' })
      }
      if (at[1] === 0) expect(now.epoch).not.toEqual(epoch)
      await core.close()
      await restore()
    }
  }

  async function restore(): Promise<void> {
    await engine.open()
    const stale: Op = { type: 'delRange', start: b4a.from([0xe0]), end: b4a.from([0xe1]) }
    await engine.batch([stale, ...records.map((record): Op => ({ type: 'put', ...record }))])
    await engine.close()
  }
})

test('named sessions and atoms: the core of the data is noted, a session of its own is not', async () => {
  const storage = openStorage(new MemoryEngine())
  const core = new Hypercore(storage)
  await core.append('0')
  const journal = journalOf(storage)!
  const start = await journal.checkpoint()
  const draft = core.session({ name: 'draft' })
  await draft.append('1')
  await draft.append('2')
  const keys = (await noted(journal, start)).length
  expect(keys).toBe(0)
  const atom = storage.createAtom()
  const atomic = core.session({ atom })
  await atomic.append('1')
  expect(await noted(journal, start)).toEqual([])
  await atom.flush()
  expect(await noted(journal, start)).toEqual(names(core))
  await storage.close()
})

/** hypercore-storage, index.js, class CorestoreStorage. */
type Deleting = CorestoreStorage & { deleteCore(pointers: object): Promise<void>; clear(): Promise<void> }

async function filled(engine: MemoryEngine): Promise<{ epoch: Uint8Array; key: Uint8Array }> {
  const storage = openStorage(engine)
  const core = new Hypercore(storage)
  await core.append('0')
  const { epoch } = await journalOf(storage)!.checkpoint()
  await core.append('1')
  await core.close()
  return { epoch, key: core.key! }
}

async function put(engine: MemoryEngine, key: Uint8Array, value: Uint8Array): Promise<void> {
  await engine.open()
  expect((await keysOf(engine)).length).toBeGreaterThan(3)
  await engine.batch([{ type: 'put', key, value }])
  await engine.close()
}

/** Writes something of interest without Hypercore in between, which closes after a failure. */
function hints(storage: object, core: Hypercore, n: number): () => Promise<void> {
  const { db } = storage as {
    db: { write(): { tryPut(key: Uint8Array, value: Uint8Array): void; flush(): Promise<void> } }
  }
  const pointer = (core as unknown as { core: { storage: { core: { dataPointer: number } } } }).core.storage
    .core.dataPointer
  return () => {
    const batch = db.write()
    batch.tryPut(b4a.from([4, pointer, 5, 0, 0]), b4a.alloc(4096, n))
    return batch.flush()
  }
}
