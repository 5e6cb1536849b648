import { expect, test } from 'vitest'
import { FaultFiles, type Op, RandomAccessEngine, type RandomAccessStorage } from '../../src/index.js'
import { MemoryFiles } from '../stores/places.js'
import { ONE, contents } from '../stores/recorded.js'

const put = (key: string, bytes = 100): Op => ({
  type: 'put',
  key: Buffer.from(key),
  value: Buffer.alloc(bytes, key)
})

for (const [place, file, storageOf] of [
  ['many files', /\.log$/, (files: FaultFiles): RandomAccessStorage => files.open],
  ['one file', /^one$/, (files: FaultFiles): RandomAccessStorage => files.open(ONE)]
] as const) {
  for (const durability of ['process', 'power'] as const)
    for (const on of ['write', 'sync'] as const) {
      if (durability === 'process' && on === 'sync') continue
      test(`a batch whose ${on} fails after its effect: suspend() and resume() go on: ${place}, '${durability}'`, async () => {
        const memory = new MemoryFiles()
        const files = new FaultFiles(memory.open)
        const engine = new RandomAccessEngine(storageOf(files), { durability, sync: files.sync })
        await engine.open()
        await engine.batch([put('a')])
        const before = await contents(engine)
        files.plan.add({ on, file, action: 'fail-after' })
        files.plan.add({ on: 'truncate', action: 'fail' }) // it cannot be taken back either
        await expect(engine.batch([put('b')])).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
        await engine.suspend()
        await engine.resume()
        expect(await contents(engine)).toBe(before)
        await expect(engine.batch([put('c')])).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
        await engine.close()
        await engine.open()
        await engine.batch([put('d')])
        await engine.close()
      })
    }

  test(`a batch that was rolled back is not there after a kill, even if all of it was written: ${place}`, async () => {
    const memory = new MemoryFiles()
    const files = new FaultFiles(memory.open)
    const engine = new RandomAccessEngine(storageOf(files))
    await engine.open()
    await engine.batch([put('a')])
    const before = await contents(engine)
    const error = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    files.plan.add({ on: 'write', file, action: 'fail-after', error })
    await expect(engine.batch([put('b')])).rejects.toMatchObject({ code: 'ENGINE_FAILED', cause: error })
    const after = new RandomAccessEngine(storageOf(new FaultFiles(memory.open)))
    await after.open()
    expect(await contents(after)).toBe(before)
    await after.close()
    await engine.close()
  })
}

test('a reader of an empty disk may be suspended', async () => {
  const engine = new RandomAccessEngine(new MemoryFiles().open, { readOnly: true })
  await engine.open()
  await engine.suspend()
  await engine.resume()
  expect(await contents(engine)).toBe('')
  await engine.close()
})

for (const place of ['many files', 'one file'])
  test(`flush() after one that failed stores what that one should have, which the system has forgotten: ${place}`, async () => {
    const files = new FaultFiles(new MemoryFiles().open)
    const make = (): RandomAccessEngine =>
      new RandomAccessEngine(place === 'one file' ? files.open(ONE) : files.open, { sync: files.sync })
    const engine = make()
    await engine.open()
    await engine.batch([put('a')])
    files.plan.add({ on: 'sync', action: 'forget', file: place === 'one file' ? /./ : /\.log$/ })
    await engine.flush().catch((err: unknown) => expect(err).toMatchObject({ code: 'EIO' }))
    expect(files.plan.hits.length).toBe(1)
    await engine.batch([put('b')])
    await engine.flush()
    const flushed = await contents(engine)
    await files.loseUnsynced()
    await engine.close()
    const after = make()
    await after.open()
    expect(await contents(after)).toBe(flushed)
    await after.close()
  })

for (const [place, syncs] of [
  ['many files', 3], // the new log is made, then named in the old one, then has its first record
  ['one file', 4] // the directory that has the new log, too
] as const)
  test(`a batch refused for want of room is never there; the one after it is, whose sync failed too late: ${place}`, async () => {
    const files = new FaultFiles(new MemoryFiles().open)
    const make = (): RandomAccessEngine =>
      new RandomAccessEngine(place === 'one file' ? files.open(ONE) : files.open, {
        durability: 'power',
        sync: files.sync,
        memtableBytes: 300
      })
    const engine = make()
    await engine.open()
    await engine.batch([put('a', 400)]) // the next one needs another log
    const file = place === 'one file' ? /./ : /\.log$/
    files.plan.add({ on: 'write', action: 'fail', file })
    await expect(engine.batch([put('b')])).rejects.toThrow('there is no room for more')
    files.plan.add({ on: 'sync', action: 'fail-after', file, nth: syncs }) // that of the record
    await expect(engine.batch([put('c')])).rejects.toThrow('a write to the log failed')
    await files.loseUnsynced()
    await engine.close().catch(() => {}) // its files are gone
    const after = make()
    await after.open()
    const found = await after.getMany(['a', 'b', 'c'].map((key) => Buffer.from(key)))
    expect(found.map((value) => value?.byteLength)).toEqual([400, undefined, 100])
    await after.close()
  })
