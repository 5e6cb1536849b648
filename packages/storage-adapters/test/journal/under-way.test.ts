import b4a from 'b4a'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { MemoryEngine, laterTurn } from '@manycore/kv'
import { FaultEngine } from '@manycore/kv/faults'
import { WRITES_AT_ONCE } from '../../src/defaults.js'
import { journalOf, openStorage } from '../../src/index.js'
import { Journal } from '../../src/journal/journal.js'
import { names, noted } from './changes.js'

/** In so many turns of the event loop everything is resolved that waits for nothing. */
const TURNS = 20

test('a checkpoint waits for the batch under way, even if that has nothing to note', async () => {
  const engine = new FaultEngine(new MemoryEngine())
  await engine.open()
  const journal = new Journal(engine, false)
  const making = await journal.begin()
  await journal.finish(making)
  await journal.batch([{ type: 'put', key: PAGE, value: b4a.from([1]) }])
  engine.plan.add({ on: 'batch', action: 'delay' })
  const writing = journal.batch([{ type: 'put', key: PAGE, value: b4a.from([2]) }])
  await held(engine)
  const seen = journal.checkpoint().then(async () => (await engine.getMany([PAGE]))[0])
  await turns()
  engine.plan.release()
  await writing
  expect(await seen).toEqual(b4a.from([2]))
  await engine.close()
})

test('what is written when a checkpoint resolves is stored by then, or is told in the next span', async () => {
  const engine = new FaultEngine(new MemoryEngine())
  const storage = openStorage(engine)
  const core = new Hypercore(storage)
  await core.append('0')
  const journal = journalOf(storage)!
  await journal.open()
  const key = b4a.from(PAGE)
  key[1] = dataPointerOf(core)
  let value = 0
  await write()

  engine.plan.add({ on: 'batch', action: 'delay', nth: 1 })
  engine.plan.add({ on: 'batch', action: 'delay', nth: 3 })
  const writes = [write()]
  await held(engine)
  const seen = journal.checkpoint().then(async (at) => ({ at, page: (await engine.getMany([key]))[0] }))
  // The checkpoint and all but one of them go down as the second batch, and the last one as the third.
  for (let i = 0; i < WRITES_AT_ONCE; i++) writes.push(write())
  engine.plan.release()
  await writes[0]
  await held(engine)
  await turns()
  engine.plan.release()
  await Promise.all(writes)
  const { at, page } = await seen
  const told = await noted(journal, at)
  if (told.length === 0) expect(page).toEqual((await engine.getMany([key]))[0])
  else expect(told).toEqual(names(core))
  expect(engine.plan.hits).toHaveLength(2)
  await storage.close()

  function write(): Promise<void> {
    const batch = (storage as unknown as Writing).db.write()
    batch.tryPut(key, b4a.alloc(4, ++value))
    return batch.flush()
  }
})

/** The first page of a bitfield, as docs/storage-format.md has it. */
const PAGE = b4a.from([4, 0, 5, 0, 0])

interface Writing {
  db: { write(): { tryPut(key: Uint8Array, value: Uint8Array): void; flush(): Promise<void> } }
}

function dataPointerOf(core: Hypercore): number {
  return (core as unknown as { core: { storage: { core: { dataPointer: number } } } }).core.storage.core
    .dataPointer
}

async function held({ plan }: FaultEngine): Promise<void> {
  while (plan.held === 0) await laterTurn()
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await laterTurn()
}
