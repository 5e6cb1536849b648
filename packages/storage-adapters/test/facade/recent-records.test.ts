import b4a from 'b4a'
import Hypercore from 'hypercore'
import crypto from 'hypercore-crypto'
import { expect, test } from 'vitest'
import { MemoryEngine } from '@manycore/kv'
import type { Op } from '@manycore/kv'
import { openStorage } from '../../src/index.js'
import { RecentRecords } from '../../src/facade/recent-records.js'
import { RECORDS_KEPT } from '../../src/defaults.js'
import { CountingEngine } from './counting-engine.js'
import { failure } from '../temporary.js'

const HINTS = b4a.from([4, 7, 2])
const OTHER = b4a.from([4, 7, 0])

test('an append is one commit and reads nothing back', async () => {
  const engine = new CountingEngine()
  const core = new Hypercore(openStorage(engine))
  await core.append('first')
  for (let i = 0; i < 5; i++) {
    engine.forget()
    await core.append('block')
    expect({ gets: engine.gets, batches: engine.batches.length }).toEqual({ gets: [], batches: 1 })
  }
  await core.close()
})

test('a new core is one commit, after one look for it', async () => {
  const engine = new CountingEngine()
  const storage = openStorage(engine)
  await storage.setSeed(b4a.alloc(32))
  engine.forget()
  const core = Hypercore.createCore(storage, {
    manifest: { version: 1, signers: [{ publicKey: b4a.alloc(32, 1) }] }
  })
  await core.ready()
  expect({ gets: engine.gets, batches: engine.batches.length }).toEqual({ gets: [1], batches: 1 })
  await storage.close()
})

test('what a core writes while it is known here is what the next one to open it reads', async () => {
  const engine = new MemoryEngine({ reusable: true })
  for (let i = 1; i <= 4; i++) {
    const core = new Hypercore<string>(openStorage(engine), { valueEncoding: 'utf-8' })
    await core.ready()
    await core.append([`${i} a`, `${i} b`])
    await core.truncate(core.length - 1)
    await core.append(`${i} c`)
    expect(core.contiguousLength).toBe(2 * i)
    await core.close()
  }
})

test('a suspended store forgets: another process may write before it resumes', async () => {
  const engine = new CountingEngine()
  const storage = openStorage(engine)
  const core = new Hypercore(storage)
  await core.append('first')
  await storage.suspend()
  await storage.resume()
  engine.forget()
  await core.append('second')
  expect(engine.gets).toEqual([1])
  await core.close()
})

test('a write of what is stored is refused after close() and in a store opened read-only, as any other', async () => {
  const engine = new MemoryEngine({ reusable: true })
  const seed = b4a.alloc(32, 1)
  const storage = openStorage(engine)
  await storage.setSeed(seed)
  await storage.close()
  expect(await failure(storage.setSeed(seed))).toMatchObject({ code: 'STORAGE_CLOSED' })
  const reader = openStorage(engine, { readOnly: true })
  await reader.getSeed()
  expect(await failure(reader.setSeed(seed))).toMatchObject({ code: 'ENGINE_READ_ONLY' })
  await reader.close()
})

test('nothing is known of a record while a batch that writes it is under way', () => {
  const recent = new RecentRecords()
  const [first, second] = [1, 2].map((byte) => [
    { type: 'put' as const, key: HINTS, value: b4a.from([byte]) },
    { type: 'put' as const, key: OTHER, value: b4a.from([byte]) }
  ])
  recent.queue(first!)
  expect(recent.get(HINTS)).toBe(undefined)
  recent.queue(second!)
  recent.written(first!) // the second is still to come
  expect(recent.get(HINTS)).toBe(undefined)
  expect(recent.has([first![0]!])).toBe(false)
  recent.written(second!)
  expect(recent.get(HINTS)).toEqual(b4a.from([2]))
  expect(recent.get(OTHER)).toBe(undefined)
  expect([recent.has([second![0]!]), recent.has([first![0]!]), recent.has(second!)]).toEqual([
    true,
    false,
    false
  ])
  recent.queue([{ type: 'delRange', start: b4a.from([0]), end: b4a.from([9]) }])
  expect(recent.get(HINTS)).toBe(undefined)
})

test('of several changes of one record in a batch the last one counts', () => {
  const put = (byte: number) => ({ type: 'put' as const, key: HINTS, value: b4a.from([byte]) })
  const del = { type: 'del' as const, key: HINTS }
  const all = { type: 'delRange' as const, start: b4a.from([0]), end: b4a.from([9]) }
  const expected = [
    { ops: [put(1), put(2), put(3)], value: b4a.from([3]) },
    { ops: [put(1), del], value: null },
    { ops: [del, put(1)], value: b4a.from([1]) },
    { ops: [put(1), all, put(2)], value: b4a.from([2]) },
    { ops: [put(1), all], value: undefined }
  ]
  for (const { ops, value } of expected) {
    const recent = new RecentRecords()
    recent.queue(ops)
    recent.written(ops)
    expect(recent.get(HINTS)).toEqual(value)
  }
})

test('many cores that are created together get pointers of their own', async () => {
  const engine = new MemoryEngine({ reusable: true })
  const storage = openStorage(engine)
  const keyPairs = Array.from({ length: 300 }, (_, i) => crypto.keyPair(b4a.alloc(32, `core ${i}`)))
  const cores = keyPairs.map((keyPair) => {
    const manifest = { version: 1, signers: [{ publicKey: keyPair.publicKey }] }
    return new Hypercore<string>(null, null, {
      core: Hypercore.createCore(storage, { manifest, keyPair }),
      valueEncoding: 'utf-8'
    })
  })
  await Promise.all(cores.map((core, i) => core.append(`block of ${i}`)))
  await storage.close()

  const again = openStorage(engine)
  const pointers = new Set<number>()
  for await (const { core } of again.createCoreStream()) pointers.add(core.dataPointer)
  expect(pointers.size).toBe(300)
  await again.close()
})

test('a read that began before a write says nothing afterwards', () => {
  const recent = new RecentRecords()
  const core = b4a.concat([b4a.from([1]), b4a.alloc(32, 5)])
  const found = recent.read(core)!
  const write = [{ type: 'put' as const, key: core, value: b4a.from('new') }]
  recent.queue(write)
  found(null)
  expect(recent.get(core)).toBe(undefined)
  recent.written(write)
  expect(recent.get(core)).toEqual(b4a.from('new'))

  recent.clear()
  recent.read(core)!(null)
  expect(recent.get(core)).toBe(null)
})

test('a read that begins while a range is deleted, or after so many others that a write is forgotten, says nothing', () => {
  const core = b4a.concat([b4a.from([1]), b4a.alloc(32, 5)])
  const deletion = [
    { type: 'del' as const, key: core },
    { type: 'delRange' as const, start: b4a.from([4]), end: b4a.from([5]) }
  ]
  const write = [{ type: 'put' as const, key: core, value: b4a.from('new') }]
  for (const ops of [deletion, write]) {
    for (const end of ['written', 'failed'] as const) {
      const recent = new RecentRecords()
      recent.queue(ops)
      for (let i = 0; i < RECORDS_KEPT; i++) {
        recent.read(b4a.concat([b4a.from([1]), b4a.alloc(32, `other ${i}`)]))?.(null)
      }
      recent.read(core)?.(b4a.from('old'))
      recent[end](ops)
      expect(recent.get(core)).toBe(undefined)
      recent.read(core)!(b4a.from('what is there now'))
      expect(recent.get(core)).toEqual(b4a.from('what is there now'))
    }
  }
})

test('a core that is looked for while it is deleted is not found afterwards', async () => {
  const engine = new (class extends MemoryEngine {
    before: () => Promise<unknown> = async () => {}
    override async batch(ops: readonly Op[]): Promise<void> {
      await this.before()
      await super.batch(ops)
    }
  })()
  const storage = openStorage(engine)
  const core = new Hypercore(storage)
  await core.append('block')
  const discoveryKey = core.discoveryKey!
  const { deleteCore, getInfos } = storage as unknown as Deleting
  engine.before = () => getInfos.call(storage, [discoveryKey])
  await deleteCore.call(storage, (core.core as unknown as { storage: { core: object } }).storage.core)
  expect(await storage.resumeCore(discoveryKey)).toBe(null)
  await storage.close()
})

interface Deleting {
  deleteCore(pointers: object): Promise<void>
  getInfos(discoveryKeys: Uint8Array[]): Promise<unknown>
}

test('what is given out is a copy: Hypercore changes the bitfield page it reads', () => {
  const recent = new RecentRecords()
  const page = b4a.from([4, 7, 5, 0, 0])
  const write = [{ type: 'put' as const, key: page, value: b4a.alloc(4096) }]
  recent.queue(write)
  recent.written(write)
  recent.get(page)!.fill(1)
  write[0]!.value.fill(2)
  expect(recent.get(page)).toEqual(b4a.alloc(4096))
})
