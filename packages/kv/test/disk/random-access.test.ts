import RandomAccessMemory from 'random-access-memory'
import { expect, test } from 'vitest'
import b4a from 'b4a'
import { RandomAccessEngine } from '../../src/index.js'
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
