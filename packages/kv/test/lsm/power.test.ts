import fs, { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import RandomAccessFile from 'random-access-file'
import { expect, test, vi } from 'vitest'
import { RandomAccessEngine, type RandomAccessEngineOptions } from '../../src/index.js'
import { SMALL } from '../stores/places.js'
import { contents, randomNumbers, randomOps } from '../stores/recorded.js'
import { Shelf } from '../stores/shelf.js'

const SEED = 3

for (const [where, storageOf] of Object.entries({
  'many files': (shelf: Shelf) => shelf.open,
  'one file': (shelf: Shelf) => shelf.open('one')
})) {
  test(`after a loss of power nothing acknowledged is lost: ${where}`, async () => {
    const random = randomNumbers(SEED)
    let files = new Map<string, Buffer>()
    let states = ['']
    for (let round = 0; round < 40; round++) {
      const shelf = new Shelf(files)
      const options: RandomAccessEngineOptions = { ...SMALL, durability: 'power', sync: shelf.sync }
      const engine = new RandomAccessEngine(storageOf(shelf), options)
      await engine.open()
      const found = await contents(engine)
      expect(states, `round ${round}, seed ${SEED}`).toContain(found)

      let acknowledged = found
      for (let i = random(12); i > 0; i--) {
        await engine.batch(randomOps(random))
        acknowledged = await contents(engine)
      }
      // The power goes while this one is written, synced or flushed: it is there wholly, or not at all.
      const last = engine.batch(randomOps(random))
      for (let turns = random(200); turns > 0; turns--) await Promise.resolve()
      files = shelf.afterPowerLoss(random)
      await last
      states = [acknowledged, await contents(engine)]
      await engine.close()
    }
  })

  test(`the power may go at any write: ${where}`, async () => {
    const random = randomNumbers(SEED)
    const shelf = new Shelf()
    const lost: { files: Map<string, Buffer>; acknowledged: number }[] = []
    const states = ['']
    shelf.onWrite = () => {
      if (random(3) === 0) lost.push({ files: shelf.afterPowerLoss(random), acknowledged: states.length - 1 })
    }
    const engine = new RandomAccessEngine(storageOf(shelf), {
      ...SMALL,
      durability: 'power',
      sync: shelf.sync
    })
    await engine.open()
    for (let i = 0; i < 100; i++) {
      await engine.batch(randomOps(random))
      states.push(await contents(engine))
    }
    shelf.onWrite = null
    await engine.close()
    for (const { files, acknowledged } of lost) {
      const after = new RandomAccessEngine(storageOf(new Shelf(files)), SMALL)
      await after.open()
      expect(states.slice(acknowledged, acknowledged + 2), `seed ${SEED}`).toContain(await contents(after))
      await after.close()
    }
    expect(lost.length).toBeGreaterThan(50)
  })
}

test("'power' over random-access-file is fdatasync, before a batch resolves", async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kv-power-'))
  const fdatasync = vi.spyOn(fs, 'fdatasync')
  const storage = (name: string): RandomAccessFile => new RandomAccessFile(name, { directory })
  const engine = new RandomAccessEngine(storage, { durability: 'power' })
  await engine.open()
  for (let i = 0; i < 5; i++) {
    const before = fdatasync.mock.calls.length
    await engine.batch([{ type: 'put', key: Buffer.from(`${i}`), value: Buffer.from('1') }])
    expect(fdatasync.mock.calls.length).toBe(before + 1)
  }
  for (const [fd] of fdatasync.mock.calls) expect(fd).toBeGreaterThan(2)
  await engine.suspend()
  await engine.resume()
  await engine.flush()
  expect(fdatasync.mock.calls.at(-1)![0]).toBeGreaterThan(2)
  await engine.close()
  fdatasync.mockRestore()
  rmSync(directory, { recursive: true })
})

test("'power' is refused where files can neither be synced nor a sync is given", async () => {
  const engine = new RandomAccessEngine(new Shelf().open, { durability: 'power' })
  await expect(engine.open()).rejects.toMatchObject({ code: 'BAD_ARGUMENT', field: 'durability' })
  await engine.close()
})

test("flush() syncs what 'process' did not", async () => {
  const shelf = new Shelf()
  const engine = new RandomAccessEngine(shelf.open, { sync: shelf.sync })
  await engine.open()
  const before = shelf.syncs
  await engine.batch([{ type: 'put', key: Buffer.from('a'), value: Buffer.from('1') }])
  expect(shelf.syncs).toBe(before)
  await engine.flush()
  expect(shelf.syncs).toBe(before + 1)
  const state = await contents(engine)
  const files = shelf.afterPowerLoss(() => 1)
  await engine.close()
  const again = new RandomAccessEngine(new Shelf(files).open)
  await again.open()
  expect(await contents(again)).toBe(state)
  await again.close()
})
