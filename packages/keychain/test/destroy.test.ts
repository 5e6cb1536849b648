import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import b4a from 'b4a'
import sodium from 'sodium-universal'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { KEYCHAIN_ERRORS, Keychain, KeychainError } from '../src/index.js'

afterEach(() => {
  vi.restoreAllMocks()
})

/** The very memory that a keychain's primary key lies in: what reaches libsodium as the hash's key. */
function memoryOf(keychain: Keychain): Uint8Array {
  const hash = vi.spyOn(sodium, 'crypto_generichash_batch')
  keychain.createKeyPair('x')
  const memory = hash.mock.calls.at(-1)![2]!
  hash.mockRestore()
  return memory
}

const uses: [string, (keychain: Keychain) => unknown][] = [
  ['namespace()', (keychain) => keychain.namespace('a')],
  ['createKeyPair()', (keychain) => keychain.createKeyPair('a')],
  ['coreOptions()', (keychain) => keychain.coreOptions('a')],
  ['primaryKey', (keychain) => keychain.primaryKey],
  ['new Keychain(keychain)', (keychain) => new Keychain(keychain)]
]

describe('destroy', () => {
  test('overwrites the primary key with zeros', () => {
    const primaryKey = b4a.alloc(32, 1)
    const keychain = new Keychain(primaryKey)
    const memory = memoryOf(keychain)
    expect(memory).not.toBe(primaryKey)
    expect(memory).toEqual(primaryKey)

    keychain.destroy()
    expect(memory).toEqual(b4a.alloc(32))
  })

  test('leaves the caller its own copies', () => {
    const primaryKey = b4a.alloc(32, 1)
    const keychain = new Keychain(primaryKey)
    const backup = keychain.primaryKey
    const { secretKey } = keychain.createKeyPair('log')
    const before = b4a.toString(secretKey, 'hex')

    keychain.destroy()
    expect(primaryKey).toEqual(b4a.alloc(32, 1))
    expect(backup).toEqual(b4a.alloc(32, 1))
    expect(b4a.toString(secretKey, 'hex')).toBe(before)
  })

  test.each(uses)('makes %s throw KEYCHAIN_DESTROYED, in every namespace', (_, use) => {
    const keychain = Keychain.generate()
    const all = [
      keychain,
      keychain.namespace('a'),
      keychain.namespace('a').namespace('b'),
      new Keychain(keychain)
    ]
    for (const one of all) use(one)

    keychain.destroy()
    for (const one of all) {
      expect(() => use(one)).toThrow(KeychainError)
      expect(() => use(one)).toThrow(expect.objectContaining({ code: 'KEYCHAIN_DESTROYED' }))
    }
  })

  test('of a namespace is the same, because there is one copy of the key', () => {
    const keychain = Keychain.generate()
    const child = keychain.namespace('a')
    const memory = memoryOf(keychain)
    expect(memoryOf(child)).toBe(memory)

    child.destroy()
    expect(memory).toEqual(b4a.alloc(32))
    expect(() => keychain.createKeyPair('log')).toThrow(/^KEYCHAIN_DESTROYED: /)
  })

  test('leaves a keychain of another copy of the same key alone', () => {
    const keychain = Keychain.generate()
    const other = new Keychain(keychain.primaryKey)
    const expected = keychain.createKeyPair('log')

    keychain.destroy()
    expect(other.createKeyPair('log')).toEqual(expected)
  })

  test('may be called again, and leaves the namespace readable', () => {
    const keychain = Keychain.generate().namespace('a')
    const ns = keychain.ns
    keychain.destroy()
    keychain.destroy()
    expect(keychain.ns).toEqual(ns)
  })
})

describe('key memory', () => {
  test('lies outside the JavaScript heap, where the collector does not leave copies of it', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const primaryKey = b4a.alloc(32, 1)
    const count = 10_000
    const before = (collect(), process.memoryUsage().arrayBuffers)
    const keychains = Array.from({ length: count }, () => new Keychain(primaryKey))
    const after = (collect(), process.memoryUsage().arrayBuffers)

    // Two arrays each, the key and the namespace: a heap array counts nothing here.
    expect(after - before).toBeGreaterThan(keychains.length * 2 * 32 * 0.9)
  })
})

describe('secrets in passing', () => {
  test('the seed of a key pair and the bytes of generate() are overwritten too', () => {
    const random = vi.spyOn(sodium, 'sodium_memzero')
    const wiped = () => random.mock.calls.map(([bytes]) => bytes)

    const keychain = Keychain.generate()
    expect(wiped()).toHaveLength(1)
    keychain.createKeyPair('log')
    expect(wiped()).toHaveLength(2)
    for (const bytes of wiped()) expect(bytes).toEqual(b4a.alloc(32))
  })
})

test('every code that is thrown is listed', () => {
  const err = new KeychainError('KEYCHAIN_DESTROYED', 'gone', { cause: 'why' })
  expect(err).toMatchObject({
    name: 'KeychainError',
    code: 'KEYCHAIN_DESTROYED',
    message: 'KEYCHAIN_DESTROYED: gone',
    cause: 'why'
  })
  expect(Object.keys(KEYCHAIN_ERRORS).toSorted()).toEqual(['BAD_ARGUMENT', 'KEYCHAIN_DESTROYED'])
})
