import fs from 'node:fs'
import RandomAccessMemory from 'random-access-memory'
import { expect, test } from 'vitest'
import b4a from 'b4a'
import { RandomAccessEngine, isRandomAccess } from '../../src/index.js'
import type { RandomAccess } from '../../src/index.js'

/** Its methods are fields: its prototype has none. */
class FieldFile implements RandomAccess {
  readonly #file = new RandomAccessMemory()
  read: RandomAccess['read'] = (...args) => this.#file.read(...args)
  write: RandomAccess['write'] = (...args) => this.#file.write(...args)
  truncate: RandomAccess['truncate'] = (...args) => this.#file.truncate(...args)
  stat: RandomAccess['stat'] = (...args) => this.#file.stat(...args)
  close: RandomAccess['close'] = (done) => done(null)
  unlink: RandomAccess['unlink'] = (...args) => this.#file.unlink(...args)
}

test('a class of files may have its methods in fields', async () => {
  const engine = new RandomAccessEngine(FieldFile)
  await engine.open()
  await engine.batch([{ type: 'put', key: b4a.from('a'), value: b4a.from('1') }])
  await engine.close()
  await engine.open()
  expect(await engine.getMany([b4a.from('a')])).toEqual([b4a.from('1')])
  await engine.close()
})

/** A file of memory without one of its methods. */
function lacking(method: keyof RandomAccess): RandomAccess {
  return Object.assign(new RandomAccessMemory(), { [method]: undefined })
}

test.each([
  ['a class of something else', Date],
  ['a function that gives a promise', async () => new RandomAccessMemory()],
  ['a function that gives nothing', () => undefined]
])('%s is refused by open()', async (_, storage) => {
  await expect(new RandomAccessEngine(storage as never).open()).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
    field: 'storage',
    message: expect.stringContaining('a class or function that gives random-access-storage instances')
  })
})

const METHODS = ['read', 'write', 'truncate', 'stat', 'close'] as const

test.each(METHODS)('a file without %s is refused before anything is written', async (method) => {
  const files: RandomAccess[] = []
  const open = (): RandomAccess => files[files.push(lacking(method)) - 1]!
  await expect(new RandomAccessEngine(open).open()).rejects.toMatchObject({
    code: 'BAD_ARGUMENT',
    field: 'storage',
    message: expect.stringContaining('a class or function that gives random-access-storage instances')
  })
  expect(files.map((file) => (file as RandomAccessMemory).length)).toEqual([0])
  expect(isRandomAccess(files[0])).toBe(false)
  expect(() => new RandomAccessEngine(files[0]!)).toThrow(
    expect.objectContaining({ code: 'BAD_ARGUMENT', field: 'storage' })
  )
})

test('an instance is told by its methods; a store in one file needs no unlink', async () => {
  const file = lacking('unlink')
  expect(isRandomAccess(file)).toBe(true)
  const engine = new RandomAccessEngine(file)
  await engine.open()
  await engine.close()
  for (const other of [fs, RandomAccessMemory, null, undefined, 'file'])
    expect(isRandomAccess(other)).toBe(false)
})
