import b4a from 'b4a'
import { describe, expect, test } from 'vitest'
import { Keychain, deriveKeyPair, deriveNamespace, deriveSeed } from '../src/index.js'

const key = b4a.alloc(32, 1)
const keychain = new Keychain(key)

// Every call takes anything: the tables are what a JavaScript caller may get wrong.
type Call = (value: never) => unknown

const notBytes = [
  null,
  7,
  NaN,
  true,
  10n,
  '',
  'a'.repeat(32),
  'ab'.repeat(32),
  [],
  {},
  () => key,
  Symbol('key')
]
const wrongLengths = [0, 1, 31, 33, 64].map((length) => b4a.alloc(length))
const lookAlikes = [
  Array.from(key),
  key.buffer,
  new Uint16Array(16),
  new DataView(new ArrayBuffer(32)),
  { length: 32, byteLength: 32 }
]
const notKeys = [...notBytes, ...wrongLengths, ...lookAlikes]
const notNames = [
  undefined,
  null,
  7,
  NaN,
  true,
  10n,
  [],
  ['log'],
  {},
  new String('log'),
  () => 'log',
  Symbol('log')
]
const illFormed = ['\ud800', 'a\udfffb', '\udc00\ud800', 'log\ud83d']
const notOptions = [7, 'opts', true, Symbol('opts')]
const notVersions = [null, -1, 4, 1.5, NaN, Infinity, '1', 1n, {}, [1]]

const cases: [call: string, field: string, values: unknown[], call: Call][] = [
  ['new Keychain(…)', 'primaryKey', [undefined, ...notKeys], (v) => new Keychain(v)],
  ['new Keychain(key, …)', 'options', notOptions, (v) => new Keychain(key, v)],
  ['new Keychain(key, { namespace })', 'namespace', notKeys, (v) => new Keychain(key, { namespace: v })],
  ['namespace(…)', 'name', [...notNames, ...illFormed], (v) => keychain.namespace(v)],
  ['createKeyPair(…)', 'name', [...notNames, ...illFormed], (v) => keychain.createKeyPair(v)],
  ['createKeyPair(name, …)', 'ns', notKeys, (v) => keychain.createKeyPair('log', v)],
  ['coreOptions(…)', 'name', [...notNames, ...illFormed], (v) => keychain.coreOptions(v)],
  ['coreOptions(name, …)', 'options', notOptions, (v) => keychain.coreOptions('log', v)],
  [
    'coreOptions(name, { manifestVersion })',
    'manifestVersion',
    notVersions,
    (v) => keychain.coreOptions('log', { manifestVersion: v })
  ],
  ['deriveNamespace(…, name)', 'parent', [undefined, ...notKeys], (v) => deriveNamespace(v, 'a')],
  ['deriveNamespace(parent, …)', 'name', [...notNames, ...illFormed], (v) => deriveNamespace(key, v)],
  ['deriveSeed(…, namespace, name)', 'primaryKey', [undefined, ...notKeys], (v) => deriveSeed(v, key, 'a')],
  ['deriveSeed(primaryKey, …, name)', 'namespace', [undefined, ...notKeys], (v) => deriveSeed(key, v, 'a')],
  [
    'deriveSeed(primaryKey, namespace, …)',
    'name',
    [...notNames, ...illFormed],
    (v) => deriveSeed(key, key, v)
  ],
  [
    'deriveKeyPair(…, namespace, name)',
    'primaryKey',
    [undefined, ...notKeys],
    (v) => deriveKeyPair(v, key, 'a')
  ],
  [
    'deriveKeyPair(primaryKey, …, name)',
    'namespace',
    [undefined, ...notKeys],
    (v) => deriveKeyPair(key, v, 'a')
  ],
  [
    'deriveKeyPair(primaryKey, namespace, …)',
    'name',
    [...notNames, ...illFormed],
    (v) => deriveKeyPair(key, key, v)
  ]
]

function thrownBy(fn: () => unknown): unknown {
  try {
    fn()
  } catch (err) {
    return err
  }
  return null
}

describe.each(cases)('%s refuses a wrong %s', (_, field, values, call) => {
  test.each(values.map((value) => ({ kind: Object.prototype.toString.call(value), value })))(
    '$kind $value',
    ({ value }) => {
      const err = thrownBy(() => call(value as never))
      expect(err).toBeInstanceOf(TypeError)
      expect(err).toMatchObject({ code: 'BAD_ARGUMENT', field })
      expect((err as Error).message).toMatch(new RegExp(`^BAD_ARGUMENT: ${field} must be .+, got .+`))
    }
  )
})

test('undefined is the default where there is one, and null is no options', () => {
  expect(new Keychain(key, null as never).ns).toEqual(b4a.alloc(32))
  expect(new Keychain(key, undefined).ns).toEqual(b4a.alloc(32))
  expect(new Keychain(key, { namespace: undefined }).ns).toEqual(b4a.alloc(32))
  expect(keychain.createKeyPair('log', undefined)).toEqual(keychain.createKeyPair('log'))
  expect(keychain.coreOptions('log', { manifestVersion: undefined }).manifest.version).toBe(1)
})

test('a message says what was passed and never what a key contains', () => {
  const secret = 'c0ffee'.repeat(10)
  const message = (value: unknown) => (thrownBy(() => new Keychain(value as never)) as Error).message
  expect(message(secret)).toBe(
    'BAD_ARGUMENT: primaryKey must be a Uint8Array of 32 bytes, got a string of 60 characters'
  )
  expect(message(b4a.from(secret, 'hex'))).toMatch(/got 30 bytes$/)
  expect(message(BigInt(`0x${secret}`))).toMatch(/got a bigint$/)
  expect(message([...b4a.from(secret, 'hex')])).toMatch(/got an object \(Array\)$/)
  expect(message(Object.create(null))).toMatch(/got an object \(no prototype\)$/)
  expect(message(7)).toMatch(/got number 7$/)
  expect(message(undefined)).toMatch(/got undefined$/)
})

test('a refused call leaves the keychain as it was', () => {
  const before = keychain.createKeyPair('log')
  expect(() => keychain.namespace(7 as never)).toThrow(TypeError)
  expect(() => keychain.createKeyPair('log', b4a.alloc(31))).toThrow(TypeError)
  expect(keychain.createKeyPair('log')).toEqual(before)
})
