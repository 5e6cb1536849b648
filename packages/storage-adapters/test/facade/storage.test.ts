import b4a from 'b4a'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { MemoryEngine } from '@manycore/kv'
import type { CorestoreStorage } from '@manycore/hypercore-types'
import type { EngineSession } from '../../src/facade/session.js'
import { openStorage } from '../../src/index.js'

test('a plain Hypercore runs on an engine, with sessions, batches, truncate, clear and reopen', async () => {
  const engine = new MemoryEngine({ reusable: true })
  const core = new Hypercore<string>(openStorage(engine), { valueEncoding: 'utf-8' })
  await core.append(Array.from({ length: 1000 }, (_, i) => `block ${i}`))
  const snapshot = core.snapshot<string>({ valueEncoding: 'utf-8' })
  await snapshot.ready()
  await core.truncate(990)
  await core.append('other')
  await core.clear(5, 10)
  await core.setUserData('note', 'kept')
  const draft = core.session<string>({ name: 'draft', valueEncoding: 'utf-8' })
  await draft.append('draft')
  expect(await snapshot.get(989)).toBe('block 989')
  expect([core.length, core.fork, draft.length]).toEqual([991, 1, 992])
  const { key } = core
  await core.close()

  const again = new Hypercore<string>(openStorage(engine), { valueEncoding: 'utf-8' })
  await again.ready()
  expect(again.key).toEqual(key)
  expect([again.length, again.fork, await again.get(990), await again.has(7)]).toEqual([
    991,
    1,
    'other',
    false
  ])
  expect(b4a.toString((await again.getUserData('note'))!)).toBe('kept')
  const draftAgain = again.session<string>({ name: 'draft', valueEncoding: 'utf-8' })
  expect(await draftAgain.get(991)).toBe('draft')
  const blocks: string[] = []
  for await (const block of again.createReadStream({ start: 985 })) blocks.push(block)
  expect(blocks).toEqual(['block 985', 'block 986', 'block 987', 'block 988', 'block 989', 'other'])
  await again.close()
})

test('close() before, during and after open', async () => {
  for (const open of [false, true]) {
    const storage = openStorage(new MemoryEngine())
    if (open) storage.ready().catch(() => {}) // may be refused, because it is closed in the meantime
    await storage.close()
    await storage.close()
    await expect(storage.ready()).rejects.toMatchObject({ code: 'STORAGE_CLOSED' })
    await expect(storage.getSeed()).rejects.toMatchObject({ code: 'STORAGE_CLOSED' })
  }
})

test('close() with iterators open, read and unread', async () => {
  const storage = openStorage(new MemoryEngine())
  const core = new Hypercore(storage)
  await core.append(b4a.from('x'))
  const streams = [storage.createDiscoveryKeyStream(), storage.createCoreStream()]
  streams[0]!.on('error', () => {})
  await streams[0]![Symbol.asyncIterator]().next()
  await core.close()
})

test('read-only: an engine with a store is read and not written, one without is STORAGE_EMPTY', async () => {
  const engine = new MemoryEngine({ reusable: true })
  const empty = openStorage(engine, { readOnly: true })
  await expect(empty.ready()).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
  await expect(empty.getSeed()).rejects.toMatchObject({ code: 'STORAGE_EMPTY' })
  expect(() => engine.snapshot()).toThrow(expect.objectContaining({ code: 'ENGINE_CLOSED' }))
  await empty.close()

  const writer = openStorage(engine)
  await writer.setSeed(b4a.alloc(32, 7))
  await writer.close()
  const reader = openStorage(engine, { readOnly: true })
  expect(await reader.getSeed()).toEqual(b4a.alloc(32, 7))
  await expect(reader.setSeed(b4a.alloc(32, 8))).rejects.toMatchObject({ code: 'ENGINE_READ_ONLY' })
  await reader.close()
})

test('an iterator of a snapshot that is destroyed before it opened leaves the snapshot open', async () => {
  const storage = openStorage(new MemoryEngine()) as CorestoreStorage & { db: EngineSession }
  await storage.setSeed(b4a.alloc(32, 7))
  const snapshot = storage.db.snapshot()
  const iterator = snapshot.iterator()
  iterator.destroy()
  await new Promise<void>((resolve) => iterator.once('close', resolve))
  let entries = 0
  for await (const _ of snapshot.iterator()) entries++
  expect(entries).toBe(1)
  await storage.close()
})

test('suspend() twice is suspending once, and what was held back goes on', async () => {
  const storage = openStorage(new MemoryEngine())
  await Promise.all([storage.suspend(), storage.suspend()])
  const seed = storage.setSeed(b4a.alloc(32, 7))
  await storage.suspend()
  await storage.resume()
  expect(await seed).toEqual(b4a.alloc(32, 7))
  await storage.suspend()
  const late = storage.getSeed()
  await storage.close()
  expect(await late).toEqual(b4a.alloc(32, 7))
})
