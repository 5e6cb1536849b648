import fs from 'node:fs'
import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { MemoryEngine } from '@manycore/kv'
import { openStorage } from '../../src/index.js'
import { openElsewhere } from '../rocks/other-process.js'
import { failure, openFiles, temporary } from '../temporary.js'

test('close() before ready() creates nothing', async () => {
  const directory = `${temporary()}/store`
  const storage = openStorage(directory)
  await storage.close()
  expect(storage.closed).toBe(true)
  expect(fs.existsSync(directory)).toBe(false)
  expect(await failure(storage.ready())).toMatchObject({ code: 'STORAGE_CLOSED' })
  expect(await failure(storage.compact())).toMatchObject({ code: 'STORAGE_CLOSED' })
  expect(fs.existsSync(directory)).toBe(false)
})

test('close() during ready() waits for it, then lets go', async () => {
  const directory = temporary()
  const storage = openStorage(directory)
  const opening = storage.ready()
  const closing = storage.close()
  await Promise.all([opening, closing])
  expect(storage.closed).toBe(true)
  expect(openFiles(directory)).toEqual([])
})

test('close() is one promise', async () => {
  const storage = openStorage(temporary())
  await storage.ready()
  const closing = storage.close()
  expect(storage.close()).toBe(closing)
  await closing
  expect(storage.close()).toBe(closing)
})

test('close() after a failed open resolves', async () => {
  const directory = temporary()
  fs.writeFileSync(`${directory}/file`, '')
  const storage = openStorage(`${directory}/file`)
  await failure(storage.ready())
  expect(storage.closed).toBe(true)
  await storage.close()
  await storage.close()
})

test('close() during an open that fails resolves, and ready() says why', async () => {
  const directory = temporary()
  fs.writeFileSync(`${directory}/file`, '')
  const storage = openStorage(`${directory}/file`)
  const opening = failure(storage.ready())
  await storage.close()
  expect(await opening).toMatchObject({ code: 'STORAGE_UNREADABLE' })
  expect(await failure(storage.getSeed())).toMatchObject({ code: 'STORAGE_UNREADABLE' })
})

test('calls after close() are refused with STORAGE_CLOSED', async () => {
  const storage = openStorage(temporary())
  await storage.setSeed(new Uint8Array(32))
  await storage.close()
  const key = new Uint8Array(32)
  for (const call of [
    () => storage.ready(),
    () => storage.getSeed(),
    () => storage.setSeed(key),
    () => storage.hasCore(key),
    () => storage.suspend(),
    () => storage.resume(),
    () => new Hypercore(storage).ready()
  ]) {
    expect(await failure(call()), String(call)).toMatchObject({ code: 'STORAGE_CLOSED' })
  }
})

test('a stream opened after close() does not open the store again', async () => {
  const directory = `${temporary()}/store`
  const storage = openStorage(directory)
  await storage.close()
  const rows = storage.createCoreStream()[Symbol.asyncIterator]()
  expect(await failure(rows.next())).toMatchObject({ code: 'STORAGE_CLOSED' })
  expect(fs.existsSync(directory)).toBe(false)
})

test('close() writes what was set just before, with a core on it closing too', async () => {
  const directory = temporary()
  const storage = openStorage(directory)
  const core = new Hypercore<string>(storage, { valueEncoding: 'utf-8' })
  await core.append('kept')
  const seed = storage.setSeed(new Uint8Array(32).fill(9))
  await Promise.all([seed, core.close(), storage.close()])

  expect(await openElsewhere(directory)).toBe('ok')
  const next = openStorage(directory)
  expect(Uint8Array.from((await next.getSeed())!)).toEqual(new Uint8Array(32).fill(9))
  await next.close()
})

test('every step of close() runs: a failing one is reported and the lock is free', async () => {
  const directory = temporary()
  const storage = openStorage(directory)
  await storage.ready()
  const steps = storage as unknown as { _flush(): Promise<void>; treeCache: { destroy(): void } }
  steps._flush = () => Promise.reject(new Error('first'))
  steps.treeCache.destroy = () => {
    throw new Error('second')
  }

  const err = (await failure(storage.close())) as AggregateError
  expect(err).toBeInstanceOf(AggregateError)
  expect(err.errors.map((e: Error) => e.message).toSorted()).toEqual(['first', 'second'])
  expect(openFiles(directory)).toEqual([])
  expect(await openElsewhere(directory)).toBe('ok')
})

test('alwaysRecover is for a path: an engine that does not open says why', async () => {
  class Broken extends MemoryEngine {
    override async open(): Promise<void> {
      throw new Error('as planned')
    }
  }
  const storage = openStorage(new Broken(), { alwaysRecover: true })
  expect(await failure(storage.ready())).toMatchObject({ message: 'as planned' })
  await storage.close()
})
