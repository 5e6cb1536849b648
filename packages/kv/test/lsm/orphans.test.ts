import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import RandomAccessFile from 'random-access-file'
import { expect, test } from 'vitest'
import { FaultFiles, RandomAccessEngine, type RandomAccessEngineOptions } from '../../src/index.js'
import { SMALL } from '../stores/places.js'
import { contents, randomNumbers, randomOps } from '../stores/recorded.js'
import { Shelf } from '../stores/shelf.js'

const SEED = 23
const ORPHANS = ['000002.seg', '000003.val', '000004.log']

/** A store that was closed, and files that nothing names. */
async function withOrphans(): Promise<{ shelf: Shelf; state: string }> {
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open, SMALL)
  await engine.open()
  await engine.batch(randomOps(randomNumbers(SEED)))
  const state = await contents(engine)
  await engine.close()
  for (const name of ORPHANS) shelf.files.set(name, Buffer.from('left behind by a crash'))
  return { shelf, state }
}

async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}

test('an orphan that cannot be removed does not fail an open, and a later one removes it', async () => {
  const { shelf, state } = await withOrphans()
  const files = new FaultFiles(shelf.open)
  for (const action of ['fail', 'fail-after'] as const)
    files.plan.add({ on: 'unlink', action, file: /000002.seg/ })
  const random = randomNumbers(SEED)
  const engine = new RandomAccessEngine(files.open, SMALL)
  await engine.open()
  expect(await contents(engine)).toBe(state)
  expect([...shelf.files.keys()].filter((name) => ORPHANS.includes(name))).toEqual(['000002.seg'])
  for (let i = 0; i < 60; i++) await engine.batch(randomOps(random))
  const last = await contents(engine)
  await engine.close()
  expect(shelf.files.has('000002.seg'), 'its number is not given out').toBe(true)
  for (const isLeft of [false, false]) {
    await engine.open()
    expect(await contents(engine)).toBe(last)
    expect(shelf.files.has('000002.seg')).toBe(isLeft)
    await engine.close()
  }
  expect(shelf.handles).toBe(0)
})

test('orphans stay when the manifest that does without them cannot be stored', async () => {
  const { shelf, state } = await withOrphans()
  const files = new FaultFiles(shelf.open)
  files.plan.add({ on: 'write', action: 'fail', file: /MANIFEST/ })
  const engine = new RandomAccessEngine(files.open, SMALL)
  await engine.open()
  expect(await contents(engine)).toBe(state)
  await engine.close()
  expect([...shelf.files.keys()].filter((name) => ORPHANS.includes(name))).toEqual(ORPHANS)
  await engine.open()
  expect([...shelf.files.keys()].filter((name) => ORPHANS.includes(name))).toEqual([])
  expect(await contents(engine)).toBe(state)
  await engine.close()
})

test('an open waits for every removal: none can remove what has the number later', async () => {
  const { shelf } = await withOrphans()
  const files = new FaultFiles(shelf.open)
  files.plan.add({ on: 'unlink', action: 'fail', file: /000002.seg/ })
  files.plan.add({ on: 'unlink', action: 'delay', file: /000003.val/ })
  const engine = new RandomAccessEngine(files.open, SMALL)
  let isOpen = false
  const opening = engine.open().then(() => void (isOpen = true))
  await turns()
  expect([isOpen, files.plan.held]).toEqual([false, 1])
  files.plan.release()
  await opening
  await engine.close()
})

test('an open that fails rejects once all that it began has ended', async () => {
  const random = randomNumbers(SEED)
  const shelf = new Shelf()
  const before = new RandomAccessEngine(shelf.open, { ...SMALL, levelSizes: { level0Segments: 20 } })
  await before.open()
  for (let i = 0; i < 80; i++) await before.batch(randomOps(random))
  await before.close()
  const [first, second] = [...shelf.files.keys()].filter((name) => name.endsWith('.seg'))
  const files = new FaultFiles(shelf.open)
  files.plan.add({ on: 'read', action: 'fail', file: new RegExp(first!) })
  files.plan.add({ on: 'read', action: 'delay', file: new RegExp(second!) })
  const engine = new RandomAccessEngine(files.open, SMALL)
  let failure: unknown = null
  const opening = engine.open().catch((err: unknown) => (failure = err))
  await turns()
  expect([failure, files.plan.held]).toEqual([null, 1])
  files.plan.release()
  await opening
  expect(failure).toMatchObject({ code: 'EIO' })
  expect(shelf.handles).toBe(0)
  await engine.open()
  await engine.close()
})

for (const place of ['many files', 'one file'])
  test(`while it is suspended a store removes nothing, because another may have it open: ${place}`, async () => {
    const base = mkdtempSync(join(tmpdir(), 'kv-orphans-'))
    const make = (folder = ''): RandomAccessEngine => {
      const directory = `${base}${folder}`
      const storage = (name: string): RandomAccessFile => new RandomAccessFile(name, { directory })
      return new RandomAccessEngine(place === 'one file' ? storage('one') : storage, SMALL)
    }
    const random = randomNumbers(SEED)
    const first = make()
    await first.open()
    for (let i = 0; i < 40; i++) await first.batch(randomOps(random))
    const snapshot = first.snapshot()
    await first.compact()
    for (let i = 0; i < 40; i++) await first.batch(randomOps(random))
    await first.compact()
    await first.suspend()
    const second = make()
    await second.open()
    for (let i = 0; i < 10; i++) await second.batch(randomOps(random))
    await second.flush()
    const written = await contents(second)
    const names = readdirSync(base)
    snapshot.close()
    for (let i = 0; i < 50; i++) await turns()
    expect(readdirSync(base)).toEqual(names)
    cpSync(base, `${base}-copy`, { recursive: true })
    const copy = make('-copy')
    await copy.open()
    expect(await contents(copy)).toBe(written)
    await copy.close()
    for (let i = 0; i < 40; i++) await second.batch(randomOps(random))
    const state = await contents(second)
    await second.close()
    await expect(first.resume()).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    await first.close()
    const last = make()
    await last.open()
    expect(await contents(last)).toBe(state)
    await last.close()
    for (const folder of ['', '-copy']) rmSync(`${base}${folder}`, { recursive: true })
  })

test('a log that cannot be synced when it is opened goes to a segment, after the orphans are gone', async () => {
  const { shelf, state } = await withOrphans()
  const files = new FaultFiles(shelf.open)
  for (const nth of [1, 2]) files.plan.add({ on: 'sync', action: 'fail', file: /000001.log/, nth })
  const options: RandomAccessEngineOptions = { ...SMALL, durability: 'power', sync: files.sync }
  const engine = new RandomAccessEngine(files.open, options)
  await engine.open()
  expect(await contents(engine)).toBe(state)
  expect(files.plan.hits.length).toBeGreaterThan(0)
  await files.loseUnsynced()
  await engine.close()
  await engine.open()
  expect(await contents(engine)).toBe(state)
  await engine.close()
})
