import { expect, test } from 'vitest'
import { SessionTable } from '../../src/index.js'
import { newCore } from '../kit/new-core.js'
import { openTable } from '../kit/open-table.js'

function mistake(field: string, got: string): unknown {
  return expect.objectContaining({
    name: 'TypeError',
    code: 'BAD_ARGUMENT',
    field,
    message: expect.stringMatching(new RegExp(`^BAD_ARGUMENT: ${field} must be .*, got ${got}$`))
  })
}

test.each([
  ['nothing', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a path', './dir', 'a string of 5 characters'],
  ['a number', 7, 'number 7'],
  ['another object', {}, 'an object \\(Object\\)']
])('storage: %s is refused', (_, storage, got) => {
  expect(() => new SessionTable(storage as never)).toThrow(mistake('storage', got))
})

test.each([
  [-1, 'number -1'],
  [Number.NaN, 'number NaN'],
  [2 ** 31, 'number 2147483648'],
  [Number.POSITIVE_INFINITY, 'number Infinity'],
  ['5', 'a string of 1 character'],
  [null, 'null']
])('lingerMs: %s is refused', (lingerMs, got) => {
  const { storage } = openTable()
  expect(() => new SessionTable(storage, { lingerMs: lingerMs as never })).toThrow(mistake('lingerMs', got))
})

test.each([
  [-1, 'number -1'],
  [1.5, 'number 1.5'],
  [Number.NaN, 'number NaN'],
  ['5', 'a string of 1 character'],
  [null, 'null']
])('maxOpenCores: %s is refused', (maxOpenCores, got) => {
  const { storage } = openTable()
  const refused = mistake('maxOpenCores', got)
  expect(() => new SessionTable(storage, { maxOpenCores: maxOpenCores as never })).toThrow(refused)
})

test.each([
  ['31 bytes', new Uint8Array(31), '31 bytes'],
  ['a string that is no hex', 'z'.repeat(64), 'a string of 64 characters'],
  ['a number', 1, 'number 1'],
  ['nothing', undefined, 'undefined']
])('discovery key: %s is refused', async (_, value, got) => {
  const { table } = openTable()
  const refused = mistake('discoveryKey', got)
  expect(() => table.get(value as never)).toThrow(refused)
  expect(() => table.opened(value as never)).toThrow(refused)
  await expect(table.open(value as never)).rejects.toEqual(refused)
})

test('openCore() without an identity, or with a wrong or contradicting one, is refused; nothing is left', () => {
  const { table } = openTable()
  const [one, two] = [newCore(), newCore()]
  const message = 'BAD_ARGUMENT: a key, discoveryKey or manifest must say which core is meant'
  for (const opts of [{}, { keyPair: one.keyPair }]) {
    const refused = { name: 'TypeError', code: 'BAD_ARGUMENT', field: 'key', message }
    expect(() => table.openCore(opts)).toThrow(expect.objectContaining(refused))
  }
  expect(() => table.openCore({ key: new Uint8Array(5) })).toThrow(mistake('key', '5 bytes'))
  expect(() => table.openCore({ key: 'x' as never })).toThrow(mistake('key', 'a string of 1 character'))
  expect(() => table.openCore({ discoveryKey: new Uint8Array(5) })).toThrow(
    mistake('discoveryKey', '5 bytes')
  )
  expect(() => table.openCore({ key: one.key, discoveryKey: two.discoveryKey })).toThrow(
    mistake('discoveryKey', '32 bytes')
  )
  expect(table.size).toBe(0)
})

test('a message names no byte of what was passed', () => {
  const { table } = openTable()
  const refused = 'BAD_ARGUMENT: key must be 32 bytes, got 64 bytes'
  expect(() => table.openCore({ key: Buffer.alloc(64, 0xab) })).toThrow(
    expect.objectContaining({ message: refused })
  )
})

test('a session whose encryption would be none by mistake is refused, now or when it is known', async () => {
  const { table } = openTable()
  const core = table.openCore(newCore())
  const encryption = { ky: new Uint8Array(32) } as never
  const refused = { code: 'BAD_ARGUMENT', field: expect.stringMatching(/encryption\.ky$/) }
  expect(() => table.scope().session(core, { encryption })).toThrow(expect.objectContaining(refused))
  const late = table.scope().session(Promise.resolve({ core, encryption }))
  await expect(late.ready()).rejects.toMatchObject({ code: 'PRELOAD_FAILED', cause: refused })
})
