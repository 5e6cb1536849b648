import { expect, test } from 'vitest'
import { testEngine } from '../../compliance/index.js'
import { call } from '../../src/disk/file.js'
import { FaultFiles, RandomAccessEngine } from '../../src/index.js'
import { LOG, put, memoryFiles, opened, reopened, write, textOf } from '../stores/fault-files.js'
import { SMALL } from '../stores/places.js'
import { contents, randomNumbers, randomOps } from '../stores/recorded.js'

testEngine(test, {
  name: 'random-access over files without faults',
  supports: { persistent: true, suspend: true, compact: true, readOnly: true },
  create() {
    const files = memoryFiles()
    return { engine: () => new RandomAccessEngine(files.open, SMALL) }
  }
})

test('fail: the nth write to the log refuses writes until the store is reopened; reads go on', async () => {
  const files = memoryFiles()
  const engine = await opened(files)
  files.plan.add({ on: 'write', file: LOG, nth: 2, action: 'fail' })
  await engine.batch([put('a')])
  const before = await contents(engine)
  const failed = { code: 'ENGINE_FAILED', cause: { code: 'EIO' } }
  await expect(engine.batch([put('b')])).rejects.toMatchObject(failed)
  await expect(engine.batch([put('c')])).rejects.toMatchObject(failed)
  expect(await contents(engine)).toBe(before)
  expect(files.plan.hits).toEqual([{ on: 'write', action: 'fail', file: '000001.log' }])
  await engine.close()
  expect(await reopened(files)).toBe(before)
})

test('fail: a read of a segment rejects, once', async () => {
  const files = memoryFiles()
  const engine = await opened(files, { ...SMALL, cacheBytes: 0 })
  for (let i = 0; i < 40; i++) await engine.batch([put(`${i}`, 2000)])
  await engine.compact()
  const all = await contents(engine)
  files.plan.add({ on: 'read', file: /\.seg$/, action: 'fail' })
  await expect(contents(engine)).rejects.toMatchObject({ code: 'EIO' })
  expect(await contents(engine)).toBe(all)
  await engine.close()
})

test('fail-after: what is done rejects all the same, once', async () => {
  const files = memoryFiles(
    (['write', 'truncate', 'sync', 'stat', 'read', 'unlink'] as const).map((on) => ({
      on,
      action: 'fail-after'
    }))
  )
  const file = files.open('file')
  const failed = { code: 'EIO' }
  await expect(write(file, 0, 'written')).rejects.toMatchObject(failed)
  await expect(textOf(file)).rejects.toMatchObject(failed) // stat
  await expect(textOf(file)).rejects.toMatchObject(failed) // read
  expect(await textOf(file)).toBe('written')
  await expect(call((done) => file.truncate(5, done))).rejects.toMatchObject(failed)
  await expect(files.sync(file)).rejects.toMatchObject(failed)
  await write(file, 5, '...')
  await files.loseUnsynced()
  expect(await textOf(files.open('file'))).toBe('writt')
  await expect(call((done) => files.open('file').unlink(done))).rejects.toMatchObject(failed)
  expect(await textOf(files.open('file'))).toBe('')
})

test('drop: a write to the log that was only acknowledged is not there after reopening', async () => {
  const files = memoryFiles()
  const engine = await opened(files)
  await engine.batch([put('a')])
  const before = await contents(engine)
  files.plan.add({ on: 'write', file: LOG, action: 'drop' })
  await engine.batch([put('b')])
  expect(await contents(engine)).not.toBe(before)
  await engine.close()
  expect(await reopened(files)).toBe(before)
})

test('delay: a batch resolves when its write is released; reads go on meanwhile', async () => {
  const files = memoryFiles()
  const engine = await opened(files)
  const before = await contents(engine)
  files.plan.add({ on: 'write', file: LOG, action: 'delay' })
  let isDone = false
  const batch = engine.batch([put('a')]).then(() => (isDone = true))
  expect(await contents(engine)).toBe(before)
  expect(files.plan.held).toBe(1)
  expect(isDone).toBe(false)
  files.plan.release()
  await batch
  expect(await contents(engine)).not.toBe(before)
  await engine.close()
})

test('delay: writers go on while a flush is held up', async () => {
  const files = memoryFiles()
  const engine = await opened(files, SMALL)
  files.plan.add({ on: 'write', file: /\.seg$/, action: 'delay' })
  for (let i = 0; files.plan.held === 0; i++) await engine.batch([put(`${i}`, 2000)])
  await engine.batch([put('while it is held up')])
  expect(files.plan.held).toBe(1)
  files.plan.release()
  await engine.close()
})

test('tear: the store reopens to the state before the write that was torn', async () => {
  for (const keep of [undefined, 0, 1, 11, 12, 60, 130]) {
    const files = memoryFiles()
    const engine = await opened(files)
    await engine.batch([put('a')])
    const before = await contents(engine)
    files.plan.add({ on: 'write', file: LOG, action: 'tear', ...(keep !== undefined && { keep }) })
    await expect(engine.batch([put('b'), put('c')])).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    await engine.close()
    expect(await reopened(files), `${keep} bytes kept`).toBe(before)
  }
})

test('reorder: a write is acknowledged, done after the next one, and at the latest by a sync or close', async () => {
  const files = memoryFiles([
    { on: 'write', nth: 2, action: 'reorder' },
    { on: 'write', nth: 4, action: 'reorder' }
  ])
  const file = files.open('file')
  await write(file, 0, '....')
  await write(file, 0, 'old')
  expect(await textOf(file)).toBe('....')
  await write(file, 1, 'NEW')
  expect(await textOf(file)).toBe('oldW')
  await write(file, 4, '!')
  expect(await textOf(file)).toBe('oldW')
  await files.sync(file)
  expect(await textOf(file)).toBe('oldW!')
  files.plan.add({ on: 'write', action: 'reorder' })
  await write(file, 5, '?')
  await call((done) => file.close(done))
  expect(await textOf(files.open('file'))).toBe('oldW!?')
})

test('space: a batch that does not fit is refused; reads go on, and writes when there is space', async () => {
  const files = memoryFiles()
  const engine = await opened(files)
  files.space = 300
  await engine.batch([put('a')])
  const before = await contents(engine)
  const refused = engine.batch([put('b', 500)])
  await expect(refused).rejects.toMatchObject({ code: 'ENGINE_FAILED', cause: { code: 'ENOSPC' } })
  expect(await contents(engine)).toBe(before)
  expect(files.space, 'what was half written was taken back').toBeGreaterThan(100)
  files.space = Infinity
  await engine.batch([put('b', 500)])
  const after = await contents(engine)
  await engine.close()
  expect(await reopened(files)).toBe(after)
})

test('space: files that shrink or go give it back', async () => {
  const files = memoryFiles()
  files.space = 10
  const file = files.open('file')
  await write(file, 0, '12345678')
  await expect(write(file, 6, '789abc')).rejects.toMatchObject({ code: 'ENOSPC' })
  expect(await textOf(file)).toBe('123456789a')
  await expect(call((done) => file.truncate(11, done))).rejects.toMatchObject({ code: 'ENOSPC' })
  await call((done) => file.truncate(4, done))
  expect(files.space).toBe(6)
  await call((done) => file.unlink(done))
  expect(files.space).toBe(10)
})

test('the same seed gives the same faults, and what they leave', async () => {
  const run = async (seed: number): Promise<unknown> => {
    const random = randomNumbers(3)
    const files = memoryFiles(
      [
        { on: 'write', file: LOG, action: 'fail', oneIn: 20 },
        { on: 'write', file: LOG, action: 'tear', oneIn: 20 }
      ],
      seed
    )
    const results: string[] = []
    for (let round = 0; round < 10; round++) {
      const engine = new RandomAccessEngine(files.open)
      const batches = async (): Promise<void> => {
        await engine.open()
        for (let i = 0; i < 10; i++) await engine.batch(randomOps(random))
      }
      results.push(
        await batches().then(
          () => 'done',
          (err: Error) => err.message
        )
      )
      await engine.close()
    }
    return { results, hits: files.plan.hits }
  }
  const first = await run(1)
  expect(await run(1)).toEqual(first)
  expect(await run(2)).not.toEqual(first)
})

test('what is no function, or no file of these, is refused', () => {
  const refusal = (field: string) => expect.objectContaining({ code: 'BAD_ARGUMENT', field })
  expect(() => new FaultFiles('files' as never)).toThrow(refusal('storage'))
  expect(() => memoryFiles().sync(memoryFiles as never)).toThrow(refusal('file'))
})
