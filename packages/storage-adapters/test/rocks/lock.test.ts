import Hypercore from 'hypercore'
import { expect, test } from 'vitest'
import { openStorage } from '../../src/index.js'
import { holdElsewhere, openElsewhere } from './other-process.js'
import { failure, openFiles, temporary } from '../temporary.js'

test('a store open in this process is ELOCKED, and opens once it is closed', async () => {
  const directory = temporary()
  const holder = openStorage(directory)
  await holder.ready()
  const held = openFiles(directory)

  const err = await failure(openStorage(directory).ready())
  expect(err).toMatchObject({ name: 'StorageError', code: 'ELOCKED' })
  expect(err.message).toContain(`the store at ${directory} is open`)
  expect(err.cause).toBeInstanceOf(Error)
  if (process.platform === 'linux') expect(err.pid).toBe(process.pid)
  expect(openFiles(directory)).toEqual(held)

  await holder.close()
  expect(openFiles(directory)).toEqual([])
  const next = openStorage(directory)
  await next.ready()
  await next.close()
})

test.each([{}, { allowBackup: true }])('a store open in another process is ELOCKED (%j)', async (opts) => {
  const directory = temporary()
  const holder = await holdElsewhere(directory, opts)

  for (const mine of [{}, { allowBackup: true }]) {
    const err = await failure(openStorage(directory, mine).ready())
    expect(err).toMatchObject({ code: 'ELOCKED' })
    if (process.platform === 'linux') expect(err).toMatchObject({ holder: holder.pid, pid: holder.pid })
    expect(openFiles(directory)).toEqual([])
  }

  await holder.release()
  const next = openStorage(directory)
  await next.ready()
  await next.close()
})

test('every call that opens implicitly rejects with the same coded error, and again when repeated', async () => {
  const directory = temporary()
  const holder = await holdElsewhere(directory)
  const key = new Uint8Array(32)

  const calls: ((storage: ReturnType<typeof openStorage>) => Promise<unknown>)[] = [
    (storage) => storage.ready(),
    (storage) => storage.getSeed(),
    (storage) => storage.setSeed(key),
    (storage) => storage.hasCore(key),
    (storage) => storage.resumeCore(key),
    (storage) => storage.getAlias({ name: 'a', namespace: key }),
    (storage) => storage.suspend(),
    (storage) => storage.resume(),
    (storage) => storage.export(key),
    (storage) => storage.flush(),
    (storage) => storage.compact(),
    (storage) => storage.audit(),
    (storage) => storage.createDiscoveryKeyStream()[Symbol.asyncIterator]().next(),
    (storage) => new Hypercore(storage).ready()
  ]
  for (const call of calls) {
    const storage = openStorage(directory)
    expect(await failure(call(storage)), String(call)).toMatchObject({ code: 'ELOCKED' })
    expect(await failure(storage.ready()), String(call)).toMatchObject({ code: 'ELOCKED' })
    await storage.close()
    expect(openFiles(directory)).toEqual([])
  }

  const storage = openStorage(directory)
  const all = calls.slice(0, 6).map((call) => failure(call(storage)))
  for (const err of await Promise.all(all)) expect(err).toMatchObject({ code: 'ELOCKED' })
  await holder.release()
})

test('of many that create a store at once one gets it, and it opens again', async () => {
  const directory = `${temporary()}/store`
  const storages = Array.from({ length: 8 }, () => openStorage(directory))
  const results = await Promise.allSettled(storages.map((storage) => storage.ready()))

  const refused = results.filter((result) => result.status === 'rejected')
  expect(refused.map(({ reason }) => reason.code as string)).toEqual(Array(7).fill('ELOCKED'))
  for (const storage of storages) await storage.close()

  expect(openFiles(directory)).toEqual([])
  const storage = openStorage(directory)
  await storage.ready()
  await storage.close()
  expect(await openElsewhere(directory)).toBe('ok')
})

test('wait: true opens when the holder lets go, in this process and in another', async () => {
  const directory = temporary()
  const holder = await holdElsewhere(directory)
  const order: string[] = []
  const waiting = [1, 2].map(async (n) => {
    const storage = openStorage(directory, { wait: true })
    await storage.ready()
    order.push(`${n} open`)
    await storage.close()
  })
  expect(await failure(openStorage(directory).ready())).toMatchObject({ code: 'ELOCKED' })

  expect(order).toEqual([])
  await holder.release()
  await Promise.all(waiting)
  expect(order.toSorted()).toEqual(['1 open', '2 open'])
  expect(openFiles(directory)).toEqual([])
})

test('close() of a waiting store resolves once the holder lets go, and leaves the lock free', async () => {
  const directory = temporary()
  const holder = openStorage(directory)
  await holder.ready()

  const waiting = openStorage(directory, { wait: true })
  const opening = waiting.ready()
  const closing = waiting.close()
  await holder.close()
  await Promise.all([opening, closing])

  expect(openFiles(directory)).toEqual([])
  expect(await openElsewhere(directory)).toBe('ok')
})

test('suspend() opens first, resume() takes the store back, and a suspended store closes', async () => {
  const directory = temporary()
  const storage = openStorage(directory)
  await storage.suspend() // opens first
  await storage.suspend()
  await storage.resume()
  await storage.resume()
  const seed = await storage.setSeed(new Uint8Array(32).fill(1))
  expect(await openElsewhere(directory)).not.toBe('ok')
  expect(Uint8Array.from((await storage.getSeed())!)).toEqual(seed)

  await storage.suspend()
  await storage.close()
  expect(openFiles(directory)).toEqual([])
  expect(await openElsewhere(directory)).toBe('ok')
})

test('a store that another process opened while it was suspended is not resumed, and closes', async () => {
  const directory = temporary()
  const storage = openStorage(directory)
  await storage.ready()
  await storage.suspend()
  expect(await openElsewhere(directory)).toBe('ok')

  expect(await failure(storage.resume())).toMatchObject({ code: 'STORAGE_CHANGED' })
  await storage.close()
  expect(openFiles(directory)).toEqual([])
  const next = openStorage(directory)
  await next.ready()
  await next.close()
})
