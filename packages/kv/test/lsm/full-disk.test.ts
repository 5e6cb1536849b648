import { expect, test } from 'vitest'
import { RandomAccessEngine } from '../../src/index.js'
import { SMALL } from '../stores/places.js'
import { contents, randomNumbers, randomOps } from '../stores/recorded.js'
import { Shelf } from '../stores/shelf.js'

const SEED = 11
const put = (key: string, bytes: number) =>
  ({ type: 'put', key: Buffer.from(key), value: Buffer.alloc(bytes, key) }) as const

/** Up to 60 batches, until one is refused. @returns what the store held then */
async function fillUp(engine: RandomAccessEngine, random: (n: number) => number): Promise<string> {
  for (let i = 0; ; i++) {
    const before = await contents(engine)
    if (i === 60) return before
    try {
      await engine.batch(randomOps(random))
    } catch (err) {
      expect(err, `seed ${SEED}`).toMatchObject({ code: 'ENGINE_FAILED', cause: { code: 'ENOSPC' } })
      return before
    }
  }
}

test('a batch that does not fit is rolled back; later ones that fit go on', async () => {
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open)
  await engine.open()
  await engine.batch([put('a', 100)])
  const before = await contents(engine)
  shelf.space = 300
  const refused = [engine.batch([put('b', 200), put('c', 200)]), engine.batch([put('d', 10)])]
  for (const batch of refused)
    await expect(batch).rejects.toMatchObject({ code: 'ENGINE_FAILED', cause: { code: 'ENOSPC' } })
  expect(await contents(engine)).toBe(before)
  await engine.batch([put('e', 100)])
  shelf.space = Infinity
  await engine.batch([put('f', 500)])
  const after = await contents(engine)
  await engine.close()
  await engine.open()
  expect(await contents(engine)).toBe(after)
  expect(after.split('\n').map((line) => Buffer.from(line.slice(0, 2), 'hex').toString())).toEqual([
    'a',
    'e',
    'f'
  ])
  await engine.close()
})

test('a batch that was refused is not there after a crash, even if its last byte was written', async () => {
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open)
  await engine.open()
  await engine.batch([put('a', 100)])
  const before = await contents(engine)
  shelf.failAtEnd = true
  shelf.failWrites = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  await expect(engine.batch([put('b', 100)])).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  const crashed = new RandomAccessEngine(new Shelf(shelf.files).open)
  await crashed.open()
  expect(await contents(crashed)).toBe(before)
  await crashed.close()
  await engine.close()
})

test('wherever space ends (log, flush, merge, manifest), reads go on, and writes when there is space', async () => {
  const random = randomNumbers(SEED)
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open, SMALL)
  await engine.open()
  for (let round = 0; round < 60; round++) {
    shelf.space = random(40_000)
    const before = await fillUp(engine, random)
    expect(await contents(engine), `round ${round}, seed ${SEED}`).toBe(before)

    if (round % 3 === 0) {
      await engine.close()
      await engine.open()
      expect(await contents(engine), `reopened in round ${round}, seed ${SEED}`).toBe(before)
    }
    shelf.space = Infinity
    for (let i = 0; i < 5; i++) await engine.batch(randomOps(random))
  }
  const last = await contents(engine)
  await engine.compact()
  expect(await contents(engine)).toBe(last)
  await engine.close()
  await engine.open()
  expect(await contents(engine)).toBe(last)
  const live = [...shelf.files.keys()].filter((name) => name.endsWith('.seg') || name.endsWith('.val'))
  expect(live.length, 'files that failures left behind').toBeLessThan(20)
  await engine.close()
})

test('a compaction without space rejects, and changes nothing', async () => {
  const random = randomNumbers(SEED)
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open, SMALL)
  await engine.open()
  for (let i = 0; i < 100; i++) await engine.batch(randomOps(random))
  const before = await contents(engine)
  shelf.space = 2000
  await expect(engine.compact()).rejects.toThrow()
  expect(await contents(engine)).toBe(before)
  shelf.space = Infinity
  await engine.compact()
  expect(await contents(engine)).toBe(before)
  await engine.close()
})
