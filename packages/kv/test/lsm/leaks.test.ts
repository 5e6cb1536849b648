import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import RandomAccessFile from 'random-access-file'
import RandomAccessMemory from 'random-access-memory'
import { expect, test } from 'vitest'
import { RandomAccessEngine } from '../../src/index.js'
import { SMALL } from '../stores/places.js'
import { contents, randomNumbers, randomOps } from '../stores/recorded.js'
import { Shelf } from '../stores/shelf.js'

const SEED = 5

test('2,000 times open and close leave no file or handle behind', async () => {
  const shelf = new Shelf()
  const random = randomNumbers(SEED)
  const engine = new RandomAccessEngine(shelf.open, SMALL)
  let files = 0
  for (let i = 0; i < 2000; i++) {
    await engine.open()
    if (i % 100 === 0) for (let n = 0; n < 20; n++) await engine.batch(randomOps(random))
    await engine.close()
    expect(shelf.handles).toBe(0)
    if (i === 1000) files = shelf.files.size
  }
  expect(Math.abs(shelf.files.size - files)).toBeLessThan(15)
})

test('1,000 iterators and snapshots that are abandoned keep files until close(), then none', async () => {
  const shelf = new Shelf()
  const random = randomNumbers(SEED)
  const engine = new RandomAccessEngine(shelf.open, SMALL)
  await engine.open()
  for (let i = 0; i < 500; i++) {
    await engine.batch(randomOps(random))
    engine.snapshot()
    await engine.iterator({}).next(3)
  }
  const state = await contents(engine)
  await engine.compact()
  await engine.close()
  expect(shelf.handles).toBe(0)
  await engine.open()
  expect(await contents(engine)).toBe(state)
  await engine.compact()
  expect(shelf.handles).toBe(shelf.files.size)
  // two manifests, a log, what is live
  expect(shelf.files.size, [...shelf.files.keys()].join(' ')).toBeLessThan(12)
  await engine.close()
})

test('a snapshot keeps the files it reads from, and they go with it', async () => {
  const shelf = new Shelf()
  const random = randomNumbers(SEED)
  const engine = new RandomAccessEngine(shelf.open, SMALL)
  await engine.open()
  for (let i = 0; i < 100; i++) await engine.batch(randomOps(random))
  await engine.compact()
  const held = [...shelf.files.keys()].filter((name) => name.endsWith('.seg'))
  const state = await contents(engine)
  const snapshot = engine.snapshot()
  const iterator = engine.iterator({}, snapshot)
  await engine.batch([{ type: 'delRange', start: Buffer.from(''), end: Buffer.from('zz') }])
  await engine.compact()
  for (const name of held) expect(shelf.files.has(name), name).toBe(true)
  const lines = (await iterator.next(10_000)).map(
    ({ key, value }) => `${Buffer.from(key).toString('hex')} ${Buffer.from(value).toString('base64')}`
  )
  expect(lines.join('\n')).toBe(state)
  await iterator.close()
  snapshot.close()
  await engine.flush()
  await new Promise((resolve) => setImmediate(resolve))
  for (const name of held) expect(shelf.files.has(name), name).toBe(false)
  await engine.close()
})

test('files on a disk do not add up, and none stays open', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kv-leaks-'))
  const random = randomNumbers(SEED)
  const descriptors = (): number => readdirSync('/dev/fd').length
  const engine = new RandomAccessEngine((name) => new RandomAccessFile(name, { directory }), SMALL)
  await engine.open()
  await engine.close()
  const before = descriptors()
  for (let i = 0; i < 50; i++) {
    await engine.open()
    for (let n = 0; n < 10; n++) await engine.batch(randomOps(random))
    engine.snapshot()
    await engine.close()
    expect(descriptors()).toBe(before)
  }
  expect(readdirSync(directory).length).toBeLessThan(25)
  rmSync(directory, { recursive: true })
})

test('a crash leaves files behind, which the next open removes', async () => {
  const shelf = new Shelf()
  const random = randomNumbers(SEED)
  let state = ''
  let left = new Map(shelf.files)
  for (let round = 0; round < 60; round++) {
    const crashed = new Shelf(left)
    const engine = new RandomAccessEngine(crashed.open, SMALL)
    await engine.open()
    expect(await contents(engine)).toBe(state)
    for (let i = random(30); i > 0; i--) await engine.batch(randomOps(random))
    state = await contents(engine)
    for (let turns = random(60); turns > 0; turns--) await Promise.resolve()
    left = new Map(crashed.files)
    await engine.close()
  }
  const last = new Shelf(left)
  const engine = new RandomAccessEngine(last.open, SMALL)
  await engine.open()
  await engine.compact()
  await engine.close()
  expect(last.files.size, [...last.files.keys()].join(' ')).toBeLessThan(12)
})

test('a class is asked for each file once: its instances serve again after close()', async () => {
  const engine = new RandomAccessEngine(RandomAccessMemory, SMALL)
  const random = randomNumbers(SEED)
  let state = ''
  for (let round = 0; round < 3; round++) {
    await engine.open()
    expect(await contents(engine)).toBe(state)
    for (let n = 0; n < 50; n++) await engine.batch(randomOps(random))
    state = await contents(engine)
    await engine.close()
  }
})
