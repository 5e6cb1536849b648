import b4a from 'b4a'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { MemoryEngine } from '@manycore/kv'
import { journalOf, openStorage } from '../../src/index.js'
import { keysOf, names, noted } from './changes.js'

test('what has changed since a checkpoint is told, each core once, oldest first', async () => {
  const storage = openStorage(new MemoryEngine())
  const journal = journalOf(storage)!
  const [a, b, c] = [new Hypercore(storage), new Hypercore(storage), new Hypercore(storage)]
  await a.append(['0', '1'])
  await journal.open()
  const start = await journal.checkpoint()
  expect(start).toEqual({ epoch: journal.epoch, counter: 0 })
  expect(await noted(journal, start)).toEqual([])

  await b.append('0')
  await a.append('2')
  await c.append('0')
  await b.append('1')
  expect(await noted(journal, start)).toEqual(names(b, a, c))
  const then = await journal.checkpoint()
  await a.truncate(1)
  await c.ready()
  expect(await noted(journal, then)).toEqual(names(a))
  expect(await noted(journal, start)).toEqual(names(b, c, a))
  await storage.close()
})

test('whether anything has changed since a checkpoint is known without ending a span', async () => {
  const storage = openStorage(new MemoryEngine())
  const journal = journalOf(storage)!
  const core = new Hypercore(storage)
  await core.append('0')
  expect(journal.hasChanged({ epoch: b4a.alloc(16), counter: 0 })).toBe(true) // nothing is known yet
  const at = await journal.checkpoint()
  expect(journal.hasChanged(at)).toBe(false)
  expect(journal.hasChanged({ ...at, epoch: b4a.alloc(16) })).toBe(true)
  await core.append('1')
  const before = await storageCounter()
  expect(journal.hasChanged(at)).toBe(true)
  await core.append('2')
  expect(await storageCounter()).toBe(before)
  await storage.close()

  async function storageCounter(): Promise<number> {
    for await (const changes of journal.since(at, { ...at, counter: 1000 })) return changes.at(-1)!.counter
    return 0
  }
})

test('a store whose journal nobody opened has none of its bytes', async () => {
  const engine = new MemoryEngine({ reusable: true })
  const storage = openStorage(engine)
  expect(journalOf(storage)!.epoch).toBe(null)
  const core = new Hypercore(storage)
  await core.append('0')
  await core.close()
  await engine.open()
  const keys = await keysOf(engine)
  expect(keys.length).toBeGreaterThan(5)
  expect(keys.filter((key) => key[0]! > 6)).toEqual([])
})

test('appends in a row to one core add nothing until the next checkpoint', async () => {
  const engine = new MemoryEngine()
  const storage = openStorage(engine)
  const core = new Hypercore(storage)
  await core.append('0')
  const journal = journalOf(storage)!
  await journal.open()
  const ours = async (): Promise<string[]> =>
    (await keysOf(engine)).filter((key) => key[0] === 0xe0).map((key) => b4a.toString(key, 'hex'))
  await core.append('1')
  const once = await ours()
  expect(once.length).toBe(3) // head, place, change
  for (let i = 0; i < 20; i++) await core.append('x')
  expect(await ours()).toEqual(once)
  expect((await journal.checkpoint()).counter).toBe(1)
  await core.append('2')
  expect((await ours()).length).toBe(3)
  expect((await journal.checkpoint()).counter).toBe(2)
  await storage.close()
})

test('a journal that is there is kept by every later open, and has the same epoch', async () => {
  const engine = new MemoryEngine({ reusable: true })
  const open = (): [ReturnType<typeof openStorage>, Hypercore] => {
    const storage = openStorage(engine)
    return [storage, new Hypercore(storage)]
  }
  let [storage, core] = open()
  await core.append('0')
  const noted1 = await journalOf(storage)!.checkpoint()
  await core.close()

  ;[storage, core] = open()
  await core.append('1') // who does not ask for it
  await core.close()

  ;[storage, core] = open()
  await core.ready()
  const journal = journalOf(storage)!
  expect(journal.epoch).toEqual(noted1.epoch)
  expect(await noted(journal, noted1)).toEqual(names(core))
  await core.close()
})

test('what the journal gives out is a copy: to write on it changes nothing', async () => {
  const storage = openStorage(new MemoryEngine())
  const journal = journalOf(storage)!
  const core = new Hypercore(storage)
  await core.append('0')
  const at = await journal.checkpoint()
  await core.append('1')
  const epoch = b4a.from(at.epoch)
  expect(b4a.toString(journal.prefix, 'hex')).toBe('e010')
  for (const bytes of [at.epoch, journal.epoch!, journal.prefix]) bytes.fill(0)
  expect(b4a.toString(journal.prefix, 'hex')).toBe('e010')
  expect(journal.epoch).toEqual(epoch)
  expect(await noted(journal, { epoch, counter: 0 })).toEqual(names(core))
  await storage.close()
})

test('keys of what is derived begin with the prefix, and ranges end where it does', async () => {
  const storage = openStorage(new MemoryEngine())
  const { engine, prefix } = journalOf(storage)!
  const at = (...bytes: number[]): Uint8Array => b4a.from(bytes)
  await engine.batch([
    { type: 'put', key: prefix, value: at(1) },
    { type: 'put', key: at(0xe0, 0x10, 0xff), value: at(2) },
    { type: 'delRange', start: prefix, end: at(0xe0, 0x11) }
  ])
  expect(await engine.getMany([prefix, at(0xe0, 0x10, 0xff)])).toEqual([null, null])
  for (const key of [at(0xe0, 0x0f), at(0xe0, 0x11), at(0xe0)])
    await expect(engine.batch([{ type: 'put', key, value: at(1) }])).rejects.toMatchObject({ field: 'key' })
  const beyond = engine.batch([{ type: 'delRange', start: prefix, end: at(0xe0, 0x11, 0) }])
  await expect(beyond).rejects.toMatchObject({ field: 'end' })
  await storage.close()
})
