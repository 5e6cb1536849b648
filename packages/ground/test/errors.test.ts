import { inspect, types } from 'node:util'
import { expect, expectTypeOf, test } from 'vitest'
import { ArgumentError, CodedError, badArgument, isManycoreError } from '@manycore/ground'
import type { ManycoreErrorGuard } from '@manycore/ground'

class DoorError extends CodedError<'LOCKED' | 'ROTTEN'> {
  override readonly name = 'DoorError'
}

test('an error has its code, what is known of it, and nothing else', () => {
  const cause = new Error('no key')
  const err = new DoorError('LOCKED', 'the door is locked', { cause, holder: 17 })
  expect(err).toMatchObject({ code: 'LOCKED', message: 'LOCKED: the door is locked', cause, holder: 17 })
  expect(String(err)).toBe('DoorError: LOCKED: the door is locked')
  expect(Object.keys(err).toSorted()).toEqual(['code', 'holder', 'name'])
  expect('cause' in new DoorError('ROTTEN', 'it is no door')).toBe(false)
  expect(new DoorError('ROTTEN', 'a hole', { file: '1.seg', offset: 0 })).toMatchObject({
    file: '1.seg',
    offset: 0
  })
})

test('a bad argument is a TypeError that names its field', () => {
  const err = badArgument('limits.opens', 'a number', 'many')
  expect(err).toBeInstanceOf(TypeError)
  expect(types.isNativeError(err)).toBe(true)
  expect(err).toMatchObject({
    code: 'BAD_ARGUMENT',
    field: 'limits.opens',
    message: 'BAD_ARGUMENT: limits.opens must be a number, got a string of 4 characters'
  })
  expect(new ArgumentError('key', 'key is null').message).toBe('BAD_ARGUMENT: key is null')
})

class Key {
  secret = 'hunter2'
}

test.each([
  [null, 'null'],
  [undefined, 'undefined'],
  [3, 'number 3'],
  [Number.NaN, 'number NaN'],
  [0x68756e74657232n, 'a bigint'],
  [true, 'boolean true'],
  ['', 'an empty string'],
  ['hunter2', 'a string of 7 characters'],
  ['7', 'a string of 1 character'],
  [Symbol('hunter2'), 'a symbol'],
  [new Uint8Array(31).fill(7), '31 bytes'],
  [new Uint8Array(1).fill(7), '1 byte'],
  [new Key(), 'an object (Key)'],
  [Object.create(null) as object, 'an object (no prototype)'],
  [{ secret: 'hunter2' }, 'an object (Object)'],
  [['hunter2'], 'an object (Array)'],
  [new (class {})(), 'an object'],
  [(function* () {})(), 'an object'],
  [{ constructor: { name: 'hunter2' } }, 'an object'],
  [function door() {}, 'function door'],
  [() => {}, 'a function']
])('what came instead is described and a secret is not shown: %#', (value, described) => {
  const err = badArgument('key', 'a key', value)
  expect(err.message).toBe(`BAD_ARGUMENT: key must be a key, got ${described}`)
  expect(inspect(err, { depth: 9, showHidden: true })).not.toMatch(/hunter2|070707|7, 7|29402514837566002/)
})

test('isManycoreError() knows our errors, and those of one code or several', () => {
  const locked = new DoorError('LOCKED', 'the door is locked')
  expect(isManycoreError(locked)).toBe(true)
  expect(isManycoreError(locked, 'LOCKED')).toBe(true)
  expect(isManycoreError(locked, 'ROTTEN')).toBe(false)
  expect(isManycoreError(locked, 'ROTTEN', 'LOCKED')).toBe(true)
  expect(isManycoreError(badArgument('a', 'a door', 1), 'BAD_ARGUMENT')).toBe(true)
})

test.each([
  [Object.assign(new Error('LOCKED: by somebody else'), { code: 'LOCKED' })],
  [{ code: 'LOCKED', message: 'LOCKED: a plain object' }],
  [new TypeError('BAD_ARGUMENT')],
  [Object.assign(new TypeError('of Node'), { code: 'ERR_INVALID_ARG_TYPE' })],
  ['LOCKED'],
  [null],
  [undefined]
])('isManycoreError() is false for what others throw: %#', (err) => {
  expect(isManycoreError(err)).toBe(false)
  expect(isManycoreError(err, 'LOCKED')).toBe(false)
})

test('isManycoreError() of one copy knows the errors of another copy', async () => {
  // A query makes a second module of the same file: what two bundles are to each other.
  const copy = (await import(/* @vite-ignore */ `../src/errors.js?${'copy'}`)) as {
    CodedError: typeof CodedError
  }
  const err: unknown = new copy.CodedError('LOCKED', 'made by the other copy')
  expect(err).not.toBeInstanceOf(CodedError)
  expect(isManycoreError(err, 'LOCKED')).toBe(true)
})

test("a package's guard takes its codes only, and narrows to the one that was asked for", () => {
  const isDoorError: ManycoreErrorGuard<'LOCKED' | 'ROTTEN'> = isManycoreError
  const err: unknown = new DoorError('LOCKED', 'the door is locked', { holder: 17 })
  // @ts-expect-error -- a misspelled code
  expect(isDoorError(err, 'LOKCED')).toBe(false)
  if (isDoorError(err, 'LOCKED')) expectTypeOf(err.code).toEqualTypeOf<'LOCKED'>()
  if (isDoorError(err)) expectTypeOf(err.code).toEqualTypeOf<'LOCKED' | 'ROTTEN'>()
  expect(isDoorError(err) && err.holder).toBe(17)
})
