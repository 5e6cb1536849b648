import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import b4a from 'b4a'
import { expect, test } from 'vitest'
import { laterTurn } from '@manycore/kv'
import type { Op } from '@manycore/kv'
import { testEngine } from '@manycore/kv/compliance'
import { LevelEngine } from '../../src/index.js'
import type { LevelDatabase } from '../../src/index.js'
import { makeDirectory, temporary } from '../temporary.js'
import { WithoutSnapshots } from './without-snapshots.js'

const supports = { persistent: true, suspend: false, compact: false, readOnly: false }

testEngine(test, {
  name: 'memory-level',
  supports,
  create() {
    const db = new MemoryLevel()
    return { engine: () => new LevelEngine(db) }
  }
})

testEngine(test, {
  name: 'a level without snapshots',
  supports,
  create() {
    const db = new WithoutSnapshots()
    return { engine: () => new LevelEngine(db) }
  }
})

testEngine(test, {
  name: 'classic-level',
  supports: { ...supports, compact: true },
  create() {
    const { path, remove } = makeDirectory()
    return { engine: () => new LevelEngine(new ClassicLevel(path)), remove }
  }
})

test('bounds that are undefined or of 0 bytes', async () => {
  const directory = temporary()
  for (const db of [new MemoryLevel(), new WithoutSnapshots(), new ClassicLevel(directory)]) {
    const engine = new LevelEngine(db)
    await engine.open()
    await engine.batch([{ type: 'put', key: b4a.from('a'), value: b4a.from('1') }])
    const count = async (gte?: Uint8Array, lt?: Uint8Array): Promise<number> =>
      (await engine.iterator({ gte, lt }).next(9)).length
    expect([await count(), await count(b4a.alloc(0)), await count(undefined, b4a.alloc(0))]).toEqual([
      1, 1, 0
    ])
    await engine.flush()
    expect(await count()).toBe(1)
    await engine.close()
  }
})

test('a database that is open elsewhere is ELOCKED, and opens once it is let go', async () => {
  const directory = temporary()
  const holder = new ClassicLevel(directory)
  await holder.open()
  const engine = new LevelEngine(new ClassicLevel(directory)) // a level opens by itself, in the next tick
  await expect(engine.open()).rejects.toMatchObject({ code: 'ELOCKED' })
  await holder.close()
  await engine.open()
  await engine.close()
})

test('after a write that failed, writes are refused until it is reopened, and reads go on', async () => {
  const db = new MemoryLevel<Uint8Array, Uint8Array>()
  const engine = new LevelEngine(db)
  const put = (value: string): Promise<void> =>
    engine.batch([{ type: 'put', key: b4a.from('a'), value: b4a.from(value) }])
  await engine.open()
  await put('1')
  let failing = true
  db.hooks.prewrite.add(() => {
    if (failing) throw new Error('no space left')
  })
  await expect(put('2')).rejects.toThrow()
  failing = false
  await expect(put('3')).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  expect(await engine.getMany([b4a.from('a')])).toEqual([b4a.from('1')])
  await engine.close()
  await engine.open()
  await put('4')
  await engine.close()
})

test('a state taken at any moment of a batch is the one before it or the one after it', async () => {
  const engine = new LevelEngine(new WithoutSnapshots())
  await engine.open()
  const keys = Array.from({ length: 5 }, (_, i) => b4a.from(`key ${i}`))
  const write = (value: string): Promise<void> =>
    engine.batch(keys.map((key) => ({ type: 'put', key, value: b4a.from(value) })))
  await write('0')
  for (let moment = 0; moment < 20; moment++) {
    const written = write(`${moment + 1}`)
    for (let i = 0; i < moment; i++) await laterTurn()
    const snapshot = engine.snapshot()
    const entries = engine.iterator({})
    const early = [engine.getMany(keys, snapshot), engine.getMany(keys)]
    const first = entries.next(2)
    await written
    const [before, latest] = await Promise.all(early)
    const after = await engine.getMany(keys, snapshot)
    const iterated = [...(await first), ...(await entries.next(9))].map(({ value }) => value)
    for (const values of [[...before!, ...after], latest!, iterated])
      expect(new Set(values.map(String)).size, `moment ${moment}`).toBe(1)
    snapshot.close()
    await entries.close()
  }
  await engine.close()
})

test('a deleted range knows what batches before it put', async () => {
  for (const db of [new MemoryLevel(), new WithoutSnapshots()]) {
    const engine = new LevelEngine(db)
    await engine.open()
    const put = (key: string): Op => ({ type: 'put', key: b4a.from(key), value: b4a.from('') })
    const all: Op = { type: 'delRange', start: b4a.from('a'), end: b4a.from('z') }
    const ops = [put('a'), put('b'), all, put('c'), put('d'), all, put('e')]
    await Promise.all(ops.map((op) => engine.batch([op])))
    expect((await engine.iterator({}).next(9)).map(({ key }) => String(key))).toEqual(['e'])
    await engine.close()
  }
})

test('close() closes the database although a cursor does not close', async () => {
  const db: LevelDatabase = new MemoryLevel()
  const iterator = db.iterator.bind(db)
  db.iterator = <K, V>(options: Parameters<LevelDatabase['iterator']>[0]) => {
    const opened = iterator<K, V>(options as Parameters<typeof iterator<K, V>>[0])
    return {
      nextv: (size: number) => opened.nextv(size),
      async close() {
        await opened.close()
        throw new Error('it does not close')
      }
    }
  }
  const engine = new LevelEngine(db)
  await engine.open()
  for (let i = 0; i < 2; i++) await engine.iterator({}).next(1)
  await expect(engine.close()).rejects.toMatchObject({
    name: 'AggregateError',
    errors: [{ message: 'it does not close' }, { message: 'it does not close' }]
  })
  expect(db.status).toBe('closed')
  await engine.open()
  await engine.close()
})
