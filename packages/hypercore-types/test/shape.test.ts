import { expect, test } from 'vitest'
import type { Fixture } from './fixture.js'
import { createShapeCheck } from './shape.js'
import { readTypes } from './type-reader.js'

const reader = readTypes('./fixture.ts')
const type = reader.named('Fixture')
const check = (value: unknown) => createShapeCheck(reader).mismatches(value, type, 'x')

function valid(): Fixture {
  return {
    text: '',
    count: 0,
    flag: false,
    exact: 'b',
    bytes: new Uint8Array(1),
    maybe: null,
    call: () => {},
    slot: null,
    list: [{ id: 1 }],
    inner: { deep: { value: 1 } },
    done: Promise.resolve(),
    stats: { a: 1 },
    self: null,
    async *[Symbol.asyncIterator]() {}
  }
}

test('a value that fits has no mismatches, even if it contains itself', () => {
  const value = valid()
  expect(check(value)).toEqual([])
  expect(check({ ...value, optional: 1, maybe: new Uint8Array(0), inner: null, slot: () => {} })).toEqual([])
  value.self = value
  expect(check(value)).toEqual([])
})

const broken: [member: keyof Fixture, value: unknown, message: string][] = [
  ['text', 1, 'x.text is number, not string'],
  ['text', null, 'x.text is null, not string'],
  ['text', undefined, 'x.text is undefined, not string'],
  ['count', '1', 'x.count is string, not number'],
  ['flag', 'true1', 'x.flag is string, not'],
  ['exact', 'c', 'x.exact is string, not'],
  ['bytes', [1], 'x.bytes is Array, not Uint8Array'],
  ['bytes', null, 'x.bytes is null, not Uint8Array'],
  ['maybe', 'ff', 'x.maybe is string, not'],
  ['maybe', undefined, 'x.maybe is undefined, not'],
  ['optional', '1', 'x.optional is string, not'],
  ['call', {}, 'x.call is Object, not () => void'],
  ['slot', 1, 'x.slot is number, not'],
  ['list', {}, 'x.list is Object, not'],
  ['list', [{ id: 1 }, { id: '2' }], 'x.list[1].id is string, not number'],
  ['inner', { deep: {} }, 'x.inner.deep.value is missing'],
  ['inner', undefined, 'x.inner is undefined, not'],
  ['done', 1, 'x.done is number, not Promise<void>'],
  ['stats', { a: 'b' }, 'x.stats.a is string, not number'],
  ['self', { ...valid(), count: '1' }, 'x.self.count is string, not number']
]

test.each(broken)('a wrong %s (%o) is found', (member, value, message) => {
  const found = check({ ...valid(), [member]: value })
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(message)
})

test.each(Object.keys(valid()) as (keyof Fixture & string)[])('a missing %s is found', (member) => {
  const value: Partial<Fixture> = valid()
  delete value[member]
  expect(check(value)).toEqual([`x.${member} is missing`])
})

test('a missing symbol member is found', () => {
  const { [Symbol.asyncIterator]: _, ...rest } = valid()
  expect(check(rest)).toEqual(['x.Symbol(Symbol.asyncIterator) is missing'])
})

test('what was seen as null only does not count as seen', () => {
  const shape = createShapeCheck(reader)
  shape.mismatches(valid(), type, 'x')
  expect(shape.seen.has('Fixture.bytes')).toBe(true)
  expect(shape.seen.has('Fixture.maybe')).toBe(false)
})
