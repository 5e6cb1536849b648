import b4a from 'b4a'
import Hypercore from 'hypercore'
import HypercoreStorage from 'hypercore-storage'
import RocksDB from 'rocksdb-native'
import { expect, test } from 'vitest'
import { openStorage } from '../../src/index.js'
import { failure, temporary } from '../temporary.js'

test('a RocksDB of the caller holds a store beside what else is in it, as with hypercore-storage', async () => {
  const directory = temporary()
  const rocks = new RocksDB(`${directory}/db`, { columnFamilies: ['mine'] })
  const mine = rocks.session({ columnFamily: 'mine' })
  const storage = openStorage(rocks)
  expect(storage.path).toBe(directory)
  const core = new Hypercore<string>(storage, { valueEncoding: 'utf-8' })
  await core.append(['one', 'two'])
  await mine.put('key', 'value')
  await rocks.put('key', 'default')
  await storage.close()
  expect([rocks.closed, storage.closed]).toEqual([true, true]) // stock closes what it was given

  const again = new RocksDB(`${directory}/db`, { columnFamilies: ['mine'] })
  const stock = new HypercoreStorage(again)
  const copy = new Hypercore<string>(stock as never, core.key!, { valueEncoding: 'utf-8' })
  expect(await copy.get(1)).toBe('two')
  expect(b4a.toString((await again.session({ columnFamily: 'mine' }).get('key'))!)).toBe('value')
  expect(b4a.toString((await again.get('key'))!)).toBe('default')
  await stock.close()
})

test('a session of it ends with the store, the database does not; nobody asks for a lock or a directory', async () => {
  const directory = temporary()
  const rocks = new RocksDB(`${directory}/elsewhere`)
  const storage = openStorage(rocks.session())
  const core = new Hypercore<string>(storage, { valueEncoding: 'utf-8' })
  await core.append('one')
  await storage.close()
  expect(rocks.closed).toBe(false)
  await rocks.put('key', 'value')
  expect(b4a.toString((await rocks.get('key'))!)).toBe('value')
  expect(await failure(storage.getSeed())).toMatchObject({ code: 'STORAGE_CLOSED' })
  await rocks.close()
})

test.each(['before it was opened', 'after the caller closed the database'])('close() %s', async (when) => {
  const rocks = new RocksDB(`${temporary()}/db`)
  const storage = openStorage(rocks)
  if (when.startsWith('after')) {
    await storage.getSeed()
    await rocks.close()
  }
  await storage.close()
  await storage.close()
  expect(rocks.closed).toBe(true)
})

test('a database that is open already has no room for the column family of a store', async () => {
  const rocks = new RocksDB(`${temporary()}/db`)
  await rocks.ready()
  expect(() => openStorage(rocks)).toThrow(
    expect.objectContaining({
      code: 'BAD_ARGUMENT',
      field: 'storage',
      message: expect.stringContaining('open')
    })
  )
  await rocks.put('key', 'value') // untouched
  await rocks.close()

  const opening = new RocksDB(`${temporary()}/db`)
  const opened = opening.ready()
  await Promise.resolve()
  await Promise.resolve()
  const storage = openStorage(opening)
  expect(await failure(storage.getSeed())).toMatchObject({
    code: 'STORAGE_UNREADABLE',
    message: expect.stringContaining(`the RocksDB in ${opening.path} was opened`)
  })
  await opened
  await storage.close()
})

test('a failure to open it is coded, and says where it is', async () => {
  const path = `${temporary()}/elsewhere`
  const first = new RocksDB(path)
  await first.ready()
  const storage = openStorage(new RocksDB(path))
  expect(await failure(storage.getSeed())).toMatchObject({
    code: 'ELOCKED',
    message: expect.stringMatching(`the store at ${path} is open by process ${process.pid}$`)
  })
  await first.close()
})
