import fs from 'node:fs'
import Hypercore from 'hypercore'
import HypercoreStorage from 'hypercore-storage'
import { expect, test } from 'vitest'
import { openStorage } from '../../src/index.js'
import { holdElsewhere, openElsewhere } from '../rocks/other-process.js'
import { failure, temporary } from '../temporary.js'

const SEED = new Uint8Array(32).fill(7)

test('a path becomes a store in Corestore 7’s layout, which stock opens', async () => {
  const directory = `${temporary()}/a/b`
  const storage = openStorage(directory)
  expect(fs.existsSync(directory)).toBe(false)

  await storage.setSeed(SEED)
  expect(storage.path).toBe(directory)
  expect(storage.version).toBe(2)
  await storage.close()

  expect(fs.readdirSync(directory).toSorted()).toEqual(['CORESTORE', 'db'])
  expect(await openElsewhere(directory)).toBe('ok')
  const stock = new HypercoreStorage(directory)
  expect(Uint8Array.from((await stock.getSeed())!)).toEqual(SEED)
  await stock.close()
})

test('a plain Hypercore runs on it, and reads its blocks after a reopen', async () => {
  const directory = temporary()
  for (const blocks of [['a'], ['a', 'b']]) {
    const core = new Hypercore<string>(openStorage(directory), null, { valueEncoding: 'utf-8' })
    await core.ready()
    await core.append(blocks.at(-1)!)
    const stored: unknown[] = []
    for await (const block of core.createReadStream()) stored.push(block)
    expect(stored).toEqual(blocks)
    await core.close()
  }
})

test('a hypercore-storage instance is passed through, of whatever copy of the package', async () => {
  const storage = new HypercoreStorage(temporary())
  expect(openStorage(storage)).toBe(storage)
  await storage.close()

  const otherCopy = { setDefaultDiscoveryKey() {} } as unknown as HypercoreStorage
  expect(openStorage(otherCopy)).toBe(otherCopy)
})

test.each([
  ['options', 'dir'],
  ['readOnly', 1],
  ['wait', 'yes'],
  ['allowBackup', null],
  ['id', 7],
  ['id', ''],
  ['id', 'two\nlines'],
  ['id', ' padded'],
  ['treeCache', null],
  ['treeCache', 8192],
  ['treeCache.maxSize', { maxSize: 0 }],
  ['treeCache.maxSize', { maxSize: '9' }],
  ['treeCache.maxSise', { maxSise: 9 }],
  ['readonly', true],
  ['blockcache', true]
])('option %s: %j is refused and nothing is created', (field, value) => {
  const directory = `${temporary()}/store`
  const opts = field === 'options' ? value : { [field.split('.')[0]!]: value }
  expect(() => openStorage(directory, opts as never)).toThrow(
    expect.objectContaining({ code: 'BAD_ARGUMENT', field })
  )
  expect(fs.existsSync(directory)).toBe(false)
})

test('undefined means the default, for every option', async () => {
  const none = { readOnly: undefined, wait: undefined, allowBackup: undefined, id: undefined }
  const storage = openStorage(temporary(), { ...none, treeCache: undefined })
  await storage.ready()
  await storage.close()
})

test('null for all options is none of them', async () => {
  const storage = openStorage(temporary(), null as never)
  await storage.ready()
  await storage.close()
})

test('readOnly reads beside a writer in another process, takes no lock and refuses to write', async () => {
  const directory = temporary()
  const writer = openStorage(directory)
  await writer.setSeed(SEED)
  await writer.close()

  const holder = await holdElsewhere(directory)
  const reader = openStorage(directory, { readOnly: true, wait: true })
  expect(Uint8Array.from((await reader.getSeed())!)).toEqual(SEED)
  expect(reader.readOnly).toBe(true)
  expect(await failure(reader.setSeed(new Uint8Array(32)))).toMatchObject({ code: 'ENGINE_READ_ONLY' })
  await reader.close()
  await holder.release()

  fs.rmSync(`${directory}/CORESTORE`)
  const again = openStorage(directory, { readOnly: true, wait: true })
  await again.ready()
  await again.close()
  expect(fs.existsSync(`${directory}/CORESTORE`)).toBe(false)
})

test('allowBackup opens a copied store, which is refused otherwise', async () => {
  const directory = `${temporary()}/store`
  const original = openStorage(directory)
  await original.setSeed(SEED)
  await original.close()
  const copy = `${directory}-copy`
  fs.cpSync(directory, copy, { recursive: true })

  expect(await failure(openStorage(copy).ready())).toMatchObject({
    code: 'DEVICE_FILE',
    cause: { code: 'DEVICE_FILE' }
  })
  const storage = openStorage(copy, { allowBackup: true })
  expect(Uint8Array.from((await storage.getSeed())!)).toEqual(SEED)
  await storage.close()
})

test('a store with an id does not open under another', async () => {
  const directory = temporary()
  const storage = openStorage(directory, { id: 'laptop' })
  await storage.ready()
  await storage.close()

  const err = await failure(openStorage(directory, { id: 'phone' }).ready())
  expect(err).toMatchObject({ code: 'DEVICE_FILE' })
  expect(err.message).toContain('Was laptop, is phone')
  const again = openStorage(directory, { id: 'laptop' })
  await again.ready()
  await again.close()
})

test('treeCache bounds the cached nodes, and options of the layers below reach them', async () => {
  const directory = temporary()
  const storage = openStorage(directory, { treeCache: { maxSize: 5 }, tableBlockSize: 12345 })
  const { treeCache } = storage as unknown as { treeCache: { maxSize: number } }
  expect(treeCache.maxSize).toBe(5)
  await storage.ready()
  await storage.close()

  const name = fs.readdirSync(`${directory}/db`).findLast((file) => file.startsWith('OPTIONS-'))
  const options = fs.readFileSync(`${directory}/db/${name}`, 'utf8')
  expect(options.slice(options.indexOf('"corestore"'))).toContain('block_size=12345')
})
