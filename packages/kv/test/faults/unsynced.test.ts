import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import RandomAccessFile from 'random-access-file'
import { expect, test } from 'vitest'
import { call } from '../../src/disk/file.js'
import {
  FaultEngine,
  FaultFiles,
  MemoryEngine,
  RandomAccessEngine,
  type RandomAccessEngineOptions
} from '../../src/index.js'
import { put, memoryFiles, opened, reopened, write, textOf } from '../stores/fault-files.js'
import { MemoryFiles, SMALL } from '../stores/places.js'
import { contents, randomNumbers, randomOps } from '../stores/recorded.js'

test('forget: what a sync was to store is lost with the power although later syncs resolve, unless written again', async () => {
  const files = memoryFiles()
  const file = files.open('file')
  await write(file, 0, '........')
  await files.sync(file)
  await write(file, 1, 'abcd')
  await write(file, 8, '!')
  files.plan.add({ on: 'sync', action: 'forget' })
  await expect(files.sync(file)).rejects.toMatchObject({ code: 'EIO' })
  await write(file, 2, 'BC')
  await files.sync(file)
  expect(await textOf(file)).toBe('.aBCd...!')
  await files.crash()
  await expect(textOf(file)).rejects.toMatchObject({ code: 'EIO' })
  expect(await textOf(files.open('file')), 'a process that ends loses nothing').toBe('.aBCd...!')
  await files.loseUnsynced()
  expect(await textOf(files.open('file'))).toBe('..BC....\0')
})

test('crash: what was written is there, and what was not synced can still be lost', async () => {
  const files = memoryFiles()
  const file = files.open('file')
  await write(file, 0, 'synced')
  await files.sync(file)
  await write(file, 6, ', and not')
  files.plan.add({ on: 'write', action: 'delay' })
  const held = expect(write(file, 0, 'x')).rejects.toMatchObject({ code: 'EIO' })
  await files.crash()
  await held
  const again = files.open('file')
  expect(await textOf(again)).toBe('synced, and not')
  await files.loseUnsynced()
  expect(await textOf(files.open('file'))).toBe('synced')
})

test('loseUnsynced: changes, new files and removals since the last sync are taken back', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kv-fault-'))
  const storages = [new MemoryFiles().open, (name: string) => new RandomAccessFile(name, { directory })]
  for (const storage of storages) {
    const files = new FaultFiles(storage)
    const [changed, removed, made] = ['changed', 'removed', 'made'].map(files.open)
    for (const file of [changed!, removed!]) {
      await write(file, 0, 'synced')
      await files.sync(file)
    }
    await write(changed!, 4, '....')
    await call((done) => changed!.truncate(3, done))
    await write(changed!, 0, 'y')
    await call((done) => removed!.unlink(done))
    const again = files.open('removed')
    await write(again, 0, 'others')
    await write(made!, 0, 'new')
    files.plan.add({ on: 'write', action: 'delay' })
    const held = expect(write(made!, 3, 'er')).rejects.toMatchObject({ code: 'EIO' })
    await files.loseUnsynced()
    await held
    await expect(write(changed!, 0, 'x')).rejects.toMatchObject({ code: 'EIO' })
    await expect(textOf(again)).rejects.toMatchObject({ code: 'EIO' })
    await call((done) => again.close(done))
    expect(await textOf(files.open('changed'))).toBe('synced')
    expect(await textOf(files.open('removed'))).toBe('synced')
    expect(await textOf(files.open('made')).catch(({ code }) => (code === 'ENOENT' ? '' : code))).toBe('')
  }
  rmSync(directory, { recursive: true })
})

for (const place of ['many files', 'one file']) {
  test(`loseUnsynced: with durability 'power' nothing acknowledged is lost: ${place}`, async () => {
    const random = randomNumbers(7)
    const files = memoryFiles()
    const options: RandomAccessEngineOptions = { ...SMALL, durability: 'power', sync: files.sync }
    const engineOf = (): RandomAccessEngine =>
      new RandomAccessEngine(place === 'one file' ? files.open('one') : files.open, options)
    const model = new FaultEngine(new MemoryEngine())
    await model.open()
    for (let round = 0; round < 30; round++) {
      const engine = engineOf()
      await engine.open()
      // The batch that ran when the power went is there wholly, or not at all.
      if ((await contents(engine)) !== (await contents(model))) await model.loseUnsynced()
      expect(await contents(engine), `round ${round}`).toBe(await contents(model))

      for (let i = random(15); i > 0; i--) {
        const ops = randomOps(random)
        await Promise.all([engine.batch(ops), model.batch(ops)])
      }
      await model.flush()
      const ops = randomOps(random)
      await model.batch(ops)
      const last = engine.batch(ops).catch(() => {}) // the power goes while it runs
      for (let turns = random(100); turns > 0; turns--) await Promise.resolve()
      await files.loseUnsynced()
      await last
      await engine.close().catch(() => {}) // a process that is gone does not close
    }
    await model.close()
  })
}

test("loseUnsynced: with durability 'process' what flush() did not sync is lost", async () => {
  const files = memoryFiles()
  const engine = await opened(files, { sync: files.sync })
  await engine.batch([put('a')])
  await engine.flush()
  const flushed = await contents(engine)
  await engine.batch([put('b')])
  await files.loseUnsynced()
  await engine.close()
  expect(await reopened(files)).toBe(flushed)
})

test('drop: a sync that only pretends loses what was acknowledged', async () => {
  const files = memoryFiles()
  const engine = await opened(files, { durability: 'power', sync: files.sync })
  await engine.batch([put('a')])
  const before = await contents(engine)
  files.plan.add({ on: 'sync', action: 'drop' })
  await engine.batch([put('b')])
  await files.loseUnsynced()
  await engine.close()
  expect(await reopened(files)).toBe(before)
})
