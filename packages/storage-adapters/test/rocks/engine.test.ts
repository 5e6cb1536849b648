import b4a from 'b4a'
import { expect, onTestFinished, test } from 'vitest'
import { testEngine } from '@manycore/kv/compliance'
import { RocksEngine, openStorage } from '../../src/index.js'
import { makeDirectory, temporary } from '../temporary.js'

testEngine(test, {
  name: 'rocksdb',
  supports: { persistent: true, suspend: true, compact: true, readOnly: true },
  create() {
    const { path, remove } = makeDirectory()
    return { engine: () => new RocksEngine(path), remove }
  }
})

test('a store of hypercore-storage opens, and the other way round', async () => {
  const directory = temporary()
  const path = openStorage(directory)
  await path.setSeed(b4a.alloc(32, 7))
  await path.close()

  const storage = openStorage(new RocksEngine(`${directory}/db`))
  expect(await storage.getSeed()).toEqual(b4a.alloc(32, 7))
  await storage.setSeed(b4a.alloc(32, 8))
  await storage.close()

  const again = openStorage(directory)
  expect(b4a.from((await again.getSeed())!)).toEqual(b4a.alloc(32, 8))
  await again.close()
})

test('a batch of nothing leaves nothing behind for the next one', async () => {
  const engine = new RocksEngine(temporary())
  await engine.open()
  onTestFinished(() => engine.close())
  await engine.batch([])
  // rocksdb-native 3.18.1 uses a batch again, and doubles its capacity until all fits: one of 0 never does.
  await engine.batch([{ type: 'put', key: b4a.from('a'), value: b4a.from('1') }])
  expect(await engine.getMany([b4a.from('a')])).toEqual([b4a.from('1')])
})

test('a RocksDB that is open elsewhere is ELOCKED, and can still be read', async () => {
  const directory = temporary()
  const [holder, second] = [new RocksEngine(directory), new RocksEngine(directory)]
  await holder.open()
  onTestFinished(() => holder.close())
  await holder.batch([{ type: 'put', key: b4a.from('a'), value: b4a.from('1') }])
  await expect(second.open()).rejects.toMatchObject({ code: 'ELOCKED' })

  const reader = new RocksEngine(directory, { readOnly: true })
  await reader.open()
  expect(await reader.getMany([b4a.from('a')])).toEqual([b4a.from('1')])
  await expect(reader.batch([{ type: 'del', key: b4a.from('a') }])).rejects.toMatchObject({
    code: 'ENGINE_READ_ONLY'
  })
  await reader.close()
})
