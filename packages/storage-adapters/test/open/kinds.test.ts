import fs from 'node:fs'
import { ClassicLevel } from 'classic-level'
import Hypercore from 'hypercore'
import HypercoreStorage from 'hypercore-storage'
import { MemoryLevel } from 'memory-level'
import RandomAccessFile from 'random-access-file'
import RandomAccessMemory from 'random-access-memory'
import RocksDB from 'rocksdb-native'
import { expect, test } from 'vitest'
import { MemoryEngine, RandomAccessEngine } from '@manycore/kv'
import type { Engine, RandomAccess } from '@manycore/kv'
import type { CoreStorage } from '@manycore/hypercore-types'
import { LevelEngine, RocksEngine, openStorage } from '../../src/index.js'
import type { StorageInput } from '../../src/index.js'
import { WithoutSnapshots } from '../level/without-snapshots.js'
import { temporary } from '../temporary.js'

/** All that the type `RandomAccess` asks for, in fields, and no more. */
class LeastFile implements RandomAccess {
  readonly #file = new RandomAccessMemory()
  read: RandomAccess['read'] = (...args) => this.#file.read(...args)
  write: RandomAccess['write'] = (...args) => this.#file.write(...args)
  truncate: RandomAccess['truncate'] = (...args) => this.#file.truncate(...args)
  stat: RandomAccess['stat'] = (...args) => this.#file.stat(...args)
  close: RandomAccess['close'] = (done) => done(null)
  unlink: RandomAccess['unlink'] = (...args) => this.#file.unlink(...args)
}

/** All that the type `Engine` asks for, and no more. */
function leastEngine(): Engine {
  const engine = new MemoryEngine()
  return {
    name: 'least',
    supports: { persistent: false, suspend: false, compact: false, readOnly: false },
    open: () => engine.open(),
    close: () => engine.close(),
    getMany: (keys, at) => engine.getMany(keys, at),
    batch: (ops) => engine.batch(ops),
    iterator: (range, at) => engine.iterator(range, at),
    snapshot: () => engine.snapshot()
  }
}

// One table for the compiler, which the test command runs on this file, and for the program: whatever has the type is
// accepted, and whatever is refused does not have the type. No storage here may be cast.

const ACCEPTED = {
  'a path': () => `${temporary()}/store`,
  'a hypercore-storage of ours': () => openStorage(temporary()),
  'a hypercore-storage': () => new HypercoreStorage(temporary()),
  'a RocksDB': () => new RocksDB(`${temporary()}/db`),
  'a session of a RocksDB': () => new RocksDB(`${temporary()}/db`).session(),
  'a MemoryEngine': () => new MemoryEngine(),
  'a RocksEngine': () => new RocksEngine(`${temporary()}/db`),
  'a LevelEngine': () => new LevelEngine(new MemoryLevel()),
  'a RandomAccessEngine': () => new RandomAccessEngine(RandomAccessMemory),
  'an engine with nothing optional': leastEngine,
  'a class of files': () => RandomAccessMemory,
  'a class whose methods are fields': () => LeastFile,
  'a function that gives files': () => (name: string) =>
    new RandomAccessFile(name, { directory: temporary() }),
  'a function that needs no name': () => () => new RandomAccessMemory(),
  'one file': () => new RandomAccessFile(`${temporary()}/store`),
  'one file with nothing optional': () => new LeastFile(),
  'a classic-level': () => new ClassicLevel(temporary()),
  'a memory-level of objects': () => new MemoryLevel<string, object>({ valueEncoding: 'json' }),
  'a sublevel': () => new MemoryLevel().sublevel('store'),
  'an abstract-level without snapshots': () => new WithoutSnapshots()
} satisfies Record<string, () => StorageInput>

declare const coreStorage: CoreStorage

/** @param storage  the compiler checks it against the type */
function refused(storage: StorageInput, got: string): [got: string, storage: unknown] {
  return [got, storage]
}

const REFUSED = [
  // @ts-expect-error
  refused(undefined, 'undefined'),
  // @ts-expect-error
  refused(null, 'null'),
  // @ts-expect-error
  refused(7, 'number 7'),
  // @ts-expect-error
  refused(true, 'boolean true'),
  // @ts-expect-error
  refused({}, 'an object (Object)'),
  // @ts-expect-error
  refused(Object.create(null) as object, 'an object (no prototype)'),
  // @ts-expect-error
  refused(new URL('file:///store'), 'an object (URL)'),
  // @ts-expect-error
  refused(new Uint8Array(3), '3 bytes'),
  // @ts-expect-error
  refused(fs, 'an object (Object)'),
  // @ts-expect-error
  refused(Promise.resolve(new MemoryEngine()), 'an object (Promise)'),
  // @ts-expect-error
  refused({ read() {}, write() {}, stat() {}, del() {} }, 'an object (Object)'),
  // @ts-expect-error
  refused({ read() {}, write() {}, truncate() {}, stat() {}, unlink() {} }, 'an object (Object)')
]

const REFUSED_CLASSES = [
  // @ts-expect-error
  refused(MemoryEngine, 'MemoryEngine'),
  // @ts-expect-error
  refused(RocksEngine, 'RocksEngine'),
  // @ts-expect-error
  refused(MemoryLevel, 'MemoryLevel'),
  // @ts-expect-error
  refused(HypercoreStorage, 'CorestoreStorage'),
  // @ts-expect-error
  refused(RocksDB, 'RocksDB')
]

test.each(Object.entries(ACCEPTED))('%s has the type, and a Hypercore runs on it', async (_, create) => {
  const core = new Hypercore<string>(openStorage(create()), { valueEncoding: 'utf-8' })
  await core.append(['a', 'b'])
  expect(await core.get(1)).toBe('b')
  await core.close()
})

test.each(REFUSED)('%s does not have the type, and the error names what is accepted', (got, storage) => {
  const open = (): unknown => openStorage(storage as never)
  expect(open).toThrow(TypeError)
  expect(open).toThrow(
    expect.objectContaining({
      code: 'BAD_ARGUMENT',
      field: 'storage',
      message: `BAD_ARGUMENT: storage must be a directory path, a hypercore-storage instance, a RocksDB, an engine, a random-access-storage class, function or instance, or an abstract-level database, got ${got}`
    })
  )
})

test.each(REFUSED_CLASSES)(
  'the class %s does not have the type, and the error asks for an instance',
  (name, storage) => {
    expect(() => openStorage(storage as never)).toThrow(
      expect.objectContaining({
        code: 'BAD_ARGUMENT',
        field: 'storage',
        message: expect.stringContaining(`storage must be an instance of ${name}, and not the class`)
      })
    )
  }
)

test('a file without close, of a function, is refused at ready()', async () => {
  const storage = openStorage((() => Object.assign(new RandomAccessMemory(), { close: undefined })) as never)
  await expect(storage.ready()).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
    message: expect.stringContaining('a class or function that gives random-access-storage instances')
  })
})

test('what a type cannot say is still refused', async () => {
  expect(() => openStorage('')).toThrow(
    expect.objectContaining({ code: 'BAD_ARGUMENT', message: expect.stringContaining('an empty string') })
  )
  const rocks = new RocksDB(`${temporary()}/db`)
  await rocks.ready()
  expect(() => openStorage(rocks)).toThrow(
    expect.objectContaining({ code: 'BAD_ARGUMENT', message: expect.stringContaining('not open yet') })
  )
  await rocks.close()
})

test('the storage of one core is refused', async () => {
  const core = new Hypercore(openStorage(new MemoryEngine()))
  await core.ready()
  // @ts-expect-error
  const open = (storage = coreStorage): unknown => openStorage(storage)
  expect(() => open((core as unknown as { core: { storage: CoreStorage } }).core.storage)).toThrow(
    expect.objectContaining({ code: 'BAD_ARGUMENT' })
  )
  await core.close()
})
